package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.LoggedRoutes;
import dev.lblc.simulation.BinaryTrace;
import dev.lblc.simulation.Durations;
import dev.lblc.simulation.LoggedRequest;
import dev.lblc.simulation.RecordedWorkload;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Makes a workload of a log or a trace. */
final class TraceReader {
  private static final int BEGINNING = 64;

  /** How a file begins that gzip has made. */
  private static final byte[] PACKED = {0x1f, (byte) 0x8b};

  private final Path trace;
  private final int nodes;
  private final RandomGenerator random;
  private final String anyHost;
  private final LeftOut leftOut = new LeftOut();

  /**
   * What was read.
   *
   * @param requests those of the service that have a destination
   * @param durations of these, as the log tells; null: it does not
   * @param leftOut of which lines nothing was made
   */
  record Read(RecordedWorkload.Recorder requests, @Nullable Durations durations, LeftOut leftOut) {}

  /** How many lines were left out, by why. */
  static final class LeftOut {
    private int unreadable;
    private int elsewhere;
    private int without;

    @Override
    public String toString() {
      List<String> reasons = new ArrayList<>();
      if (unreadable > 0) {
        reasons.add(unreadable + " of no request");
      }
      if (elsewhere > 0) {
        reasons.add(elsewhere + " of another service or none");
      }
      if (without > 0) {
        reasons.add(without + " without a destination");
      }
      String all = Counted.of(unreadable + elsewhere + without, "line") + " left out";
      return reasons.isEmpty() ? all : all + ": " + String.join(", ", reasons);
    }
  }

  /** A line that counts. */
  private record Line(double time, boolean isRounded, String destination, double seconds) {}

  /**
   * Of a file.
   *
   * @param random deals the requests of a log out among the nodes
   * @param anyHost the host of requests of which the log does not tell it
   */
  TraceReader(Path trace, int nodes, RandomGenerator random, String anyHost) {
    this.trace = trace;
    this.nodes = nodes;
    this.random = random;
    this.anyHost = anyHost;
  }

  /**
   * Reads it.
   *
   * @param gateway whose routes make the destinations of a log; null: none, for a trace
   * @param service the requests of others are left out; null: for a trace
   */
  Read read(@Nullable GatewayFile gateway, @Nullable String service) throws CommandException {
    try (InputStream file =
            new BufferedInputStream(new FileInputStream(trace.toFile())); // also a pipe
        InputStream in = unpacked(file)) {
      in.mark(BEGINNING);
      boolean isBinary = BinaryTrace.isIt(in.readNBytes(BEGINNING));
      in.reset();
      if (isBinary) {
        return new Read(BinaryTrace.read(in, nodes), null, leftOut);
      }
      if (gateway == null || service == null) {
        throw new CommandException("--trace: " + trace
            + " is a log (expected: FILE and --service, which say what its destinations are)");
      }
      return lines(in, new LoggedRoutes(gateway.config()), service);
    } catch (FileNotFoundException e) { // its message has the path
      throw new CommandException("--trace: " + e.getMessage());
    } catch (IOException e) {
      throw new CommandException("--trace: " + trace + ": " + e.getMessage());
    }
  }

  private static InputStream unpacked(InputStream file) throws IOException {
    file.mark(PACKED.length);
    boolean isPacked = Arrays.equals(file.readNBytes(PACKED.length), PACKED);
    file.reset();
    return isPacked ? new BufferedInputStream(new GZIPInputStream(file)) : file;
  }

  private Read lines(InputStream in, LoggedRoutes routes, String service) throws IOException {
    RecordedWorkload.Recorder recorder = new RecordedWorkload.Recorder();
    DoubleStream.Builder seconds = DoubleStream.builder();
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String text = reader.readLine(); text != null; text = reader.readLine()) {
      Line line = line(text, routes, service);
      if (line == null) {
        continue;
      }
      double time = line.isRounded ? line.time + random.nextDouble() : line.time;
      recorder.add(time, line.destination, random.nextInt(nodes), 1);
      seconds.add(line.seconds);
    }
    double[] told = seconds.build().toArray();
    double[] known = DoubleStream.of(told).filter(each -> each >= 0).toArray();
    if (known.length == 0) {
      return new Read(recorder, null, leftOut);
    }
    Durations durations = Durations.of(known);
    recorder.resize(i -> told[i] >= 0 ? durations.size(told[i]) : 1);
    return new Read(recorder, durations, leftOut);
  }

  private @Nullable Line line(String text, LoggedRoutes routes, String service) {
    LoggedRequest request = LoggedRequest.read(text);
    if (request == null) {
      leftOut.unreadable++;
      return null;
    }
    String host = request.host();
    LoggedRoutes.Taken taken = routes.of(
        request.client(),
        request.method(),
        host == null ? anyHost : host,
        request.target(),
        request.headers());
    String destination = taken.destination();
    if (!service.equals(taken.service())) {
      leftOut.elsewhere++;
      return null;
    }
    if (destination == null) {
      leftOut.without++;
      return null;
    }
    return new Line(
        request.endSeconds() - Math.max(0, request.seconds()),
        request.isRounded(),
        destination,
        request.seconds());
  }
}
