package dev.lblc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code simulate} as a person uses it, with little traffic. */
final class SimulateCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir
  Path directory;

  @Test
  void log_withAFile_isComparedByItsDestinations() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      lines.append(String.format(
          "2026-11-22T11:%02d:%02d.%03dZ 127.0.0.1 GET /img/%d HTTP/1.1 200 20 %s demo one hit -%n",
          i / 1_200, i / 20 % 60, i % 20 * 50, i * 7 % 40, i % 3 == 0 ? "30.0" : "2.0"));
    }
    Path log = directory.resolve("access.log.1.gz");
    try (OutputStream packed = new GZIPOutputStream(Files.newOutputStream(log))) {
      packed.write((lines + "something else\n").getBytes(StandardCharsets.UTF_8));
    }
    Path plot = directory.resolve("plot.svg");

    assertThat(execute(
            "simulate",
            "conf/demo.json",
            "--trace",
            log.toString(),
            "--strategy",
            "lblc-adaptive,pooled",
            "--nodes",
            "2",
            "--stop",
            "one@30s",
            "--option",
            "forget=10m",
            "--plot",
            plot.toString()))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains("3000 requests in 150.0 s for 40 destinations; 1 line left out: 1 of no request")
        .contains("a hit takes 2.00 ms, a miss 30.00 ms");
    assertThat(out.toString().lines().map(line -> line.replaceFirst(" .*", "")))
        .contains(
            "lblc-adaptive", "pooled", "wlc", "round-robin", "ring-hash", "bounded-load-hash");
    assertThat(plot).content().startsWith("<svg");

    String demo = Files.readString(Path.of("conf/demo.json"));
    Path file = Files.writeString(
        directory.resolve("adaptive.json"), demo.replace("\"lblc\"", "\"lblc-adaptive\""));
    assertThat(execute(
            "simulate", file.toString(), "--trace", log.toString(), "--option", "breakOut=2"))
        .as("of the file's own strategy")
        .isEqualTo(1);
    assertThat(err.toString()).contains("options.breakOut: 2 ");
  }

  @Test
  void json_ofATrace_isALineForEachStrategy() throws Exception {
    Path trace = directory.resolve("trace.bin");
    ByteBuffer records = ByteBuffer.allocate(24 * 500).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 500; i++) {
      records.putDouble(i / 100.0).putInt(i % 7).putInt(i % 3).putDouble(1);
    }
    Files.write(trace, records.array());

    assertThat(execute(
            "simulate",
            "--trace",
            trace.toString(),
            "--strategy",
            "lblc,ring-hash",
            "--servers",
            "3",
            "--warm",
            "1s",
            "--json"))
        .as(err.toString())
        .isZero();

    List<JsonObject> lines = out.toString().lines().map(JsonObject::new).toList();
    assertThat(lines)
        .extracting(line -> line.getString("strategy"))
        .containsExactly("lblc", "ring-hash");
    assertThat(lines.get(0).getInteger("errors")).isZero();
    assertThat(lines.get(0).getInteger("entries")).isEqualTo(7);
  }

  @Test
  void mistakes_areNamed() throws Exception {
    assertThat(execute("simulate")).isEqualTo(2);
    assertThat(err.toString()).contains("either --scenario=NAME, or --trace=LOG");

    assertThat(execute("simulate", "--scenario", "S9")).isEqualTo(1);
    assertThat(err.toString()).contains("--scenario: S9 (expected: one of S1, S2");

    assertThat(execute("simulate", "--scenario", "S1", "--strategy", "lbcl")).isEqualTo(1);
    assertThat(err.toString()).contains("--strategy: lbcl (expected: one of", "ring-hash");

    assertThat(execute(
            "simulate",
            "--scenario",
            "S1",
            "--strategy",
            "lblc-adaptive",
            "--option",
            "breakOut=2"))
        .isEqualTo(1);
    assertThat(err.toString()).contains("$.services.simulated.options.breakOut: 2 ");

    Path log = Files.writeString(directory.resolve("a.log"), "something else\n");
    assertThat(execute("simulate", "conf/demo.json", "--trace", log.toString())).isEqualTo(1);
    assertThat(err.toString())
        .contains(
            "has no request with a destination of service demo; 1 line left out: 1 of no request");

    Path images = Files.writeString(
        directory.resolve("nginx.log"),
        "192.0.2.1 - - [22/Nov/2026:11:02:59 +0100] \"GET /images/a HTTP/1.1\" 200 9 \"-\" \"-\"\n");
    String[] ofImages = {
      "simulate", "conf/gateway.json", "--trace", images.toString(), "--service", "images"
    };
    assertThat(execute(ofImages)).isEqualTo(1);
    assertThat(err.toString())
        .contains("1 line left out: 1 of another service or none", "it is localhost: see --host");
    String[] withHost = Arrays.copyOf(ofImages, ofImages.length + 2);
    withHost[ofImages.length] = "--host";
    withHost[ofImages.length + 1] = "www.example.com";
    assertThat(execute(withHost)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("1 request in 0.0 s for 1 destination");

    assertThat(execute("simulate", "--trace", log.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("is a log (expected: FILE and --service");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--traffic 0           | 1 | --traffic: 0.0 (expected: above 0",
        "--weights 1,-5        | 1 | --weights: -5 (expected: 0 to 1000000)",
        "--slots 0             | 1 | --slots: 0 (expected: 1 to 10000)",
        "--servers 0           | 1 | --servers: 0 (expected: 1 to 1000)",
        "--cache 0             | 1 | --cache: 0 (expected: 1 or more)",
        "--warm 2s             | 1 | --warm: 2 s (expected: less than the 1.0 s of the requests)",
        "--stop s1@soon        | 1 | --stop: soon (expected: a time",
        "--stop s17@1s         | 1 | --stop: s17@1s (expected: one of s1, s2",
        "--hit 0ms             | 2 | '--hit': 0ms (expected: a time above 0",
        "--traffic 1e-9        | 1 | spans 1000000000 s (expected: at most 7 days",
        "--option forgot=1m    | 1 | --option: forgot (expected: one of breakOut, floor, forget",
        "--seed 2              | 2 | --seed does not go with --trace",
        "--scenario S1         | 2 | either --scenario=NAME, or --trace=LOG",
      })
  void option_outOfItsRange_isNamed(String options, int code, String message) throws Exception {
    ByteBuffer records = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
    records.putDouble(7).putInt(1).putInt(0).putDouble(1);
    records.putDouble(8).putInt(1).putInt(0).putDouble(1);
    Path trace = Files.write(directory.resolve("trace.bin"), records.array());
    List<String> args = new ArrayList<>(List.of("simulate", "--trace", trace.toString()));
    args.addAll(List.of(options.split(" ")));

    assertThat(execute(args.toArray(String[]::new))).as(err.toString()).isEqualTo(code);

    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void scenario_withAnOptionOfLogs_isRefused() {
    assertThat(execute("simulate", "--scenario", "S1", "--servers", "3")).isEqualTo(2);
    assertThat(err.toString()).contains("--servers does not go with --scenario");
  }

  @Test
  void list_namesTheScenarios() {
    assertThat(execute("simulate", "--scenario", "list")).isZero();
    assertThat(out.toString()).contains("S4 ", "Z1.3", "gateways restart");
  }

  private int execute(String... args) {
    return Main.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }
}
