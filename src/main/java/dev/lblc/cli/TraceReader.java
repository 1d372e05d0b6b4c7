package dev.lblc.cli;

import dev.lblc.boot.GatewayFile;
import dev.lblc.boot.LoggedRoutes;
import dev.lblc.simulation.BinaryTrace;
import dev.lblc.simulation.Durations;
import dev.lblc.simulation.LoggedRequest;
import dev.lblc.simulation.RecordedWorkload;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes a workload of a log or a trace. */
final class TraceReader {
  private static final int BEGINNING = 64;
  private static final String ANY_HOST = "localhost";

  private final Path trace;
  private final int nodes;
  private final RandomGenerator random;

  /**
   * What was read.
   *
   * @param requests those of the service that have a destination
   * @param durations of these, as the log tells; null: it does not
   * @param others how many lines were left out: of other services, without a destination, or not understood
   */
  record Read(RecordedWorkload.Recorder requests, @Nullable Durations durations, int others) {}

  /** A line that counts. */
  private record Line(double time, String destination, double seconds) {}

  /**
   * Of a file.
   *
   * @param random deals the requests of a log out among the nodes
   */
  TraceReader(Path trace, int nodes, RandomGenerator random) {
    this.trace = trace;
    this.nodes = nodes;
    this.random = random;
  }

  /**
   * Reads it.
   *
   * @param gateway whose routes make the destinations of a log; null: none, for a trace
   * @param service the requests of others are left out; null: for a trace
   */
  Read read(@Nullable GatewayFile gateway, @Nullable String service) throws CommandException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(trace))) {
      in.mark(BEGINNING);
      boolean isBinary = BinaryTrace.isIt(in.readNBytes(BEGINNING));
      in.reset();
      if (isBinary) {
        return new Read(BinaryTrace.read(in, nodes), null, 0);
      }
      if (gateway == null || service == null) {
        throw new CommandException("--trace: " + trace
            + " is a log (expected: FILE and --service, which say what its destinations are)");
      }
      return lines(in, new LoggedRoutes(gateway.config()), service);
    } catch (IOException e) {
      throw new CommandException("--trace: " + trace + ": " + e.getMessage());
    }
  }

  private Read lines(InputStream in, LoggedRoutes routes, String service) throws IOException {
    List<Line> lines = new ArrayList<>();
    int others = 0;
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    for (String text = reader.readLine(); text != null; text = reader.readLine()) {
      Line line = line(text, routes, service);
      if (line == null) {
        others++;
      } else {
        lines.add(line);
      }
    }
    double[] seconds =
        lines.stream().mapToDouble(Line::seconds).filter(each -> each >= 0).toArray();
    Durations durations = seconds.length == 0 ? null : Durations.of(seconds);
    RecordedWorkload.Recorder recorder = new RecordedWorkload.Recorder();
    for (Line line : lines) {
      boolean isTold = line.seconds >= 0;
      recorder.add(
          isTold
              ? line.time
              : line.time + random.nextDouble(), // a log without fractions of seconds
          line.destination,
          random.nextInt(nodes),
          durations != null && isTold ? durations.size(line.seconds) : 1);
    }
    return new Read(recorder, durations, others);
  }

  private static @Nullable Line line(String text, LoggedRoutes routes, String service) {
    LoggedRequest request = LoggedRequest.read(text);
    if (request == null) {
      return null;
    }
    String host = request.host();
    LoggedRoutes.Taken taken = routes.of(
        request.client(),
        request.method(),
        host == null ? ANY_HOST : host,
        request.target(),
        request.headers());
    String destination = taken.destination();
    return destination == null || !service.equals(taken.service())
        ? null
        : new Line(
            request.endSeconds() - Math.max(0, request.seconds()), destination, request.seconds());
  }
}
