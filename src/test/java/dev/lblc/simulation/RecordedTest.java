package dev.lblc.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lblc.scheduler.LocalityBased;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is replayed: traces, lines of logs, and what they tell of servers. */
final class RecordedTest {
  @Test
  void trace_ofAScenario_givesItsFigures() throws Exception {
    Scenario scenario =
        new Scenario("test", "", 4, 16, 0, false, 9_000, 0.9, 0.002, 0.1, 0, 2, 0, null, List.of());
    Workload requests = scenario.workload(3);
    ByteBuffer trace = ByteBuffer.allocate(30_000 * BinaryTrace.RECORD);
    trace.order(ByteOrder.LITTLE_ENDIAN);
    while (requests.advance() && requests.time() < 2) {
      trace.putDouble(requests.time()).putInt(requests.key());
      trace.putInt(requests.node()).putDouble(requests.size());
    }
    byte[] octets = java.util.Arrays.copyOf(trace.array(), trace.position());

    RecordedWorkload replayed =
        BinaryTrace.read(new ByteArrayInputStream(octets), 4).recorded(1);
    Figures original =
        ScenarioRun.of(scenario, scenario.model(1), 3, LocalityBased::new).figures(0, 1);
    Figures replay = ScenarioRun.of(
            scenario.model(1), replayed, List.of(), LocalityBased::new, ScenarioRun.OPTIONS)
        .figures(0, 1);

    assertThat(BinaryTrace.isIt(octets)).isTrue();
    assertThat(replay.requests()).isBetween(original.requests(), original.requests() + 1L);
    assertThat(replay.hit()).isCloseTo(original.hit(), within(0.002));
    assertThatThrownBy(
            () -> BinaryTrace.read(new ByteArrayInputStream(octets, 0, BinaryTrace.RECORD + 1), 4))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("ends within a request");
  }

  @Test
  void line_ofEachFormat_isRead() {
    LoggedRequest text =
        read("2026-11-22T11:02:59.932Z 127.0.0.1 GET /cats HTTP/1.1 200 20 3.1 demo three hit -");
    assertThat(text.target()).isEqualTo("/cats");
    assertThat(text.seconds()).isCloseTo(0.003_1, within(1e-9));
    assertThat(text.endSeconds() % 60).isCloseTo(59.932, within(1e-5));

    LoggedRequest json =
        read("{\"time\":\"2026-11-22T11:02:59.932Z\",\"client\":\"192.0.2.9\",\"method\":\"POST\","
            + "\"host\":\"a.example\",\"path\":\"/x\",\"duration_ms\":40.25,\"user_agent\":\"u\"}");
    assertThat(json.host()).isEqualTo("a.example");
    assertThat(json.client()).isEqualTo("192.0.2.9");
    assertThat(json.seconds()).isCloseTo(0.040_25, within(1e-9));
    assertThat(json.headers()).isEqualTo(Map.of("user-agent", "u"));

    LoggedRequest common =
        read("192.0.2.1 - - [22/Nov/2026:11:02:59 +0100] \"GET /a?b=c HTTP/1.1\" 200 512");
    assertThat(common.target()).isEqualTo("/a?b=c");
    assertThat(common.seconds()).isNegative();

    LoggedRequest combined = read(
        "192.0.2.1 - bob [22/Nov/2026:11:02:59 +0100] \"GET /a HTTP/1.1\" 200 - \"-\" \"agent 7\"");
    assertThat(combined.headers()).isEqualTo(Map.of("user-agent", "agent 7"));
    assertThat(combined.endSeconds()).isEqualTo(common.endSeconds());
    assertThat(combined.seconds()).isNegative();

    LoggedRequest timed =
        read("192.0.2.1 - - [22/Nov/2026:11:02:59 +0100] \"GET /a HTTP/1.1\" 200 7"
            + " \"-\" \"agent 7.5\" 0.042 \"MISS\"");
    assertThat(timed.seconds()).isCloseTo(0.042, within(1e-9));
    assertThat(timed.isRounded()).isTrue();
    assertThat(text.isRounded()).isFalse();
  }

  @Test
  void line_ofSomethingElse_isNone() {
    for (String line : List.of(
        "",
        "{",
        "{\"time\":3}",
        "2026-11-22T17:31:40.118Z 127.0.0.1 TCP :6379 - 31 5 204.9 sessions redis-1 hit -",
        "2026-11-22T11:02:59.932Z 127.0.0.1 GET /cats HTTP/1.1 200 20 never demo three hit -",
        "192.0.2.1 - - [yesterday] \"GET /a HTTP/1.1\" 200 512",
        "2026-11-22T11:02:59.932Z 127.0.0.1 GET /cats HTTP/1.1 200 20 NaN demo three hit -",
        "2026-11-22T11:02:59.932Z 127.0.0.1 GET /cats HTTP/1.1 200 20 1e999 demo three hit -",
        "{\"time\":\"2026-11-22T11:02:59.932Z\",\"method\":\"GET\",\"path\":\"/x\","
            + "\"duration_ms\":604800001}")) {
      assertThat(LoggedRequest.read(line)).as(line).isNull();
    }
  }

  @Test
  @Timeout(30)
  void line_thatKeepsBeginningATime_isLeftOutAtOnce() {
    assertThat(LoggedRequest.read("192.0.2.1 - " + "[".repeat(400_000))).isNull();
  }

  @Test
  void trace_ofARequestThatNeverEnds_isRefused() {
    for (double size : new double[] {Double.NaN, 0, 1_000_001, 1e300}) {
      byte[] octets = ByteBuffer.allocate(BinaryTrace.RECORD)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putDouble(1)
          .putInt(1)
          .putInt(0)
          .putDouble(size)
          .array();
      assertThatThrownBy(() -> BinaryTrace.read(new ByteArrayInputStream(octets), 1))
          .as("size " + size)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("request 1");
    }
  }

  @Test
  void durations_oftwoKinds_areToldApart() {
    double[] seconds = new double[1_000];
    for (int i = 0; i < seconds.length; i++) {
      double noise = 0.7 + 0.6 * (i % 100) / 100;
      seconds[i] = (i % 4 == 0 ? 0.040 : 0.002) * noise;
    }

    Durations durations = Durations.of(seconds);

    assertThat(durations.hit()).isCloseTo(0.75, within(0.01));
    assertThat(durations.hitSeconds()).isCloseTo(0.002, within(0.000_1));
    assertThat(durations.missSeconds()).isCloseTo(0.040, within(0.002));
    assertThat(durations.size(0.020)).isCloseTo(0.5, within(0.03));
  }

  @Test
  void durations_allAlike_areHits() {
    Durations durations = Durations.of(new double[] {0.003, 0.003, 0.003});

    assertThat(durations.hit()).isEqualTo(1);
    assertThat(durations.missSeconds()).isEqualTo(0.003);
    assertThat(durations.size(0.003)).isEqualTo(1);
  }

  @Test
  void recording_outOfOrder_isByTime() {
    RecordedWorkload.Recorder recorder = new RecordedWorkload.Recorder();
    recorder.add(9, "late", 0, 1);
    recorder.add(5, "early", 0, 1);
    recorder.resize(i -> i == 0 ? 3 : 2);
    RecordedWorkload recorded = recorder.recorded(1);

    assertThat(recorded.advance()).isTrue();
    assertThat(recorded.destination(recorded.key())).isEqualTo("early");
    assertThat(recorded.time()).isZero();
    assertThat(recorded.size()).isEqualTo(2);
    assertThat(recorded.advance()).isTrue();
    assertThat(recorded.time()).isEqualTo(4);
    assertThat(recorded.advance()).isFalse();
  }

  @Test
  void cacheFor_aHitRatio_isTheLeastThatHasIt() {
    RecordedWorkload.Recorder recorder = new RecordedWorkload.Recorder();
    for (int i = 0; i < 1_000; i++) {
      recorder.add(i, "k" + i % 10, 0, 1); // in turn: nothing below 10 keeps any of them
    }
    assertThat(recorder.recorded(1).cacheFor(0.9)).isEqualTo(10);
    assertThat(recorder.recorded(2).seconds()).isEqualTo(999 / 2.0);
  }

  @Test
  void plot_ofARun_isWellFormed() throws Exception {
    Scenario scenario =
        new Scenario("test", "", 1, 2, 0, false, 200, 0.9, 0.002, 0.1, 0, 3, 0, null, List.of());
    Measurements seen = ScenarioRun.of(scenario, scenario.model(1), 1, LocalityBased::new);

    String svg = Plot.of(Map.of("a<b", seen));

    var parsed = javax.xml.parsers.DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    assertThat(parsed.getElementsByTagName("polyline").getLength()).isEqualTo(3);
  }

  private static LoggedRequest read(String line) {
    return Objects.requireNonNull(LoggedRequest.read(line));
  }
}
