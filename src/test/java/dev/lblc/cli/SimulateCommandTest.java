package dev.lblc.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    Path log = Files.writeString(directory.resolve("access.log"), lines + "something else\n");
    Path plot = directory.resolve("plot.svg");

    assertThat(execute(
            "simulate",
            "conf/demo.json",
            "--trace",
            log.toString(),
            "--strategy",
            "lblc-adaptive",
            "--nodes",
            "2",
            "--stop",
            "one@30s",
            "--plot",
            plot.toString()))
        .as(err.toString())
        .isZero();

    assertThat(out.toString())
        .contains("3000 requests in 150.0 s for 40 destinations; 1 line left out")
        .contains("a hit takes 2.0 ms, a miss 30.0 ms");
    assertThat(out.toString().lines().map(line -> line.replaceFirst(" .*", "")))
        .contains("lblc-adaptive", "wlc", "round-robin", "ring-hash", "bounded-load-hash");
    assertThat(plot).content().startsWith("<svg");
  }

  @Test
  void json_ofATrace_isALineForEachStrategy() throws Exception {
    Path trace = directory.resolve("trace.bin");
    java.nio.ByteBuffer records = java.nio.ByteBuffer.allocate(24 * 500);
    records.order(java.nio.ByteOrder.LITTLE_ENDIAN);
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
    assertThat(err.toString()).contains("has no request with a destination of service demo");
    assertThat(execute("simulate", "--trace", log.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("is a log (expected: FILE and --service");
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
