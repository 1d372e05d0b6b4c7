package dev.lblc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.gateway.RecordingServer.Arrived;
import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What reaches a server of the raw requests in {@code requests.txt}, and what their clients see. On one event loop, so that all
 * requests share the connections to the server.
 *
 * <pre>
 *   on one connection:   the case, then a request to /marker
 *   on another one:      a request to /other
 *   each answer has the number of its own request at the server; each request at the server has an answer
 * </pre>
 */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class HostileRequestsIT {
  private static final int MOST_OCTETS = 3000;

  @Parameter
  Engine engine;

  private TestGateway gateway;
  private RecordingServer server;

  /** Whether the server may notice only now that a request of the case before was broken off. */
  private boolean mayBreakLate;

  static List<RawCase> cases() throws IOException {
    return RawCases.of("requests.txt");
  }

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    server = new RecordingServer();
    gateway = new TestGateway(engine);
    gateway
        .service("s", server.port())
        .listener(new JsonObject().put("name", "web").put("http2", false))
        .route(ConfigJson.route("s"))
        .start(1);
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.awaitIdle();
    gateway.stop();
    server.close();
    assertThat(server.takeArrived()).as("came late").isEmpty();
    assertThat(server.takeViolations()).as("came late").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void request_atOnce(RawCase tried) throws Exception {
    judge(tried, false);
  }

  /** Where a request is cut into segments must not matter. */
  @ParameterizedTest
  @MethodSource("cases")
  void request_inPieces(RawCase tried) throws Exception {
    judge(tried, true);
  }

  private void judge(RawCase tried, boolean isInPieces) throws Exception {
    List<RawAnswer> answers = RawAnswer.all(exchange(tried, isInPieces), heads(tried));
    List<RawAnswer> other = RawAnswer.all(other(), List.of());
    Eventually.holds("all that was begun at the server has ended", server::isQuiet);
    List<Arrived> arrived = new ArrayList<>(server.takeArrived());
    List<Arrived> markers = taken("/marker", arrived);
    List<Arrived> others = taken("/other", arrived);

    assertThat(server.takeViolations()).as("what no sender may send").isEmpty();
    List<String> cut = server.takeCut();
    boolean mayBreak = tried.expects("broken") || tried.expects("cut") || tried.expects("tame");
    if (!mayBreak && !mayBreakLate) {
      assertThat(cut).as("half requests at the server").isEmpty();
    }
    mayBreakLate = mayBreak;
    assertThat(arrived)
        .as("smuggled")
        .noneMatch(one -> one.request().line().contains("/smuggled")
            || !StrictRequest.values(one.request().headers(), "x-swallow").isEmpty());
    assertThat(numbers(other))
        .as("another client's answers")
        .isEqualTo(numbersOf(others))
        .hasSize(1);
    seen(tried, answers, arrived, markers);
    arrival(tried, arrived);
  }

  /** Returns what a client sees that sends the case, and a request behind it. */
  private String exchange(RawCase tried, boolean isInPieces) throws IOException {
    byte[] octets = tried.octets().getBytes(StandardCharsets.ISO_8859_1);
    try (RawClient client = new RawClient(gateway.port())) {
      try {
        if (isInPieces && octets.length <= MOST_OCTETS) {
          inPieces(client, octets);
        } else {
          client.send(octets);
        }
        if (tried.expects("cut")) {
          client.endOutput();
        } else {
          client.send(request("/marker"));
        }
      } catch (IOException e) {
        // Refused before all was sent: what there is to read says how.
      }
      String all = client.rest();
      assertThat(all).doesNotContain("<silence>");
      return all.replace("<reset>", "");
    }
  }

  /** Returns what another client sees afterwards. */
  private String other() throws IOException {
    try (RawClient client = new RawClient(gateway.port())) {
      return client.send(request("/other")).rest();
    }
  }

  /** Sends segments that end behind each control character, and in the middle of what is between two of them. */
  private static void inPieces(RawClient client, byte[] octets) throws IOException {
    client.socket().setTcpNoDelay(true);
    int from = 0;
    for (int to = 1; to <= octets.length; to++) {
      if (to == octets.length || octets[to - 1] < ' ') { // those with the eighth bit are negative
        int middle = (from + to) / 2;
        client.send(Arrays.copyOfRange(octets, from, middle));
        client.send(Arrays.copyOfRange(octets, middle, to));
        from = to;
      }
    }
  }

  private static String request(String target) {
    return RawClient.head("GET " + target + " HTTP/1.1", "Host: h", "Connection: close");
  }

  /** Checks what the client has seen against what it has to see, and that each answer is its own. */
  private static void seen(
      RawCase tried, List<RawAnswer> answers, List<Arrived> arrived, List<Arrived> markers) {
    int count = 0;
    for (String expected : tried.expected()) {
      int status = count < answers.size() ? answers.get(count).status() : 0;
      switch (expected) {
        case "end" -> {}
        case "refused", "broken", "cut" -> count += status >= 400 ? 1 : 0;
        case "tame" -> count += status > 0 ? 1 : 0;
        default -> {
          assertThat(String.valueOf(status))
              .as("answer %s of %s", count + 1, answers)
              .isEqualTo(expected.replace("/HEAD", ""));
          count++;
        }
      }
    }
    List<RawAnswer> own = answers.subList(0, count);
    List<RawAnswer> behind = answers.subList(count, answers.size());
    assertThat(own).as("answers that are whole").allMatch(RawAnswer::isWhole);
    assertThat(numbers(own)).as("numbers of the answers").isEqualTo(numbersOf(arrived));
    if (tried.expects("end") || tried.expects("broken") || tried.expects("cut")) {
      assertThat(behind).as("answers behind the end").isEmpty();
    } else if (tried.expected().get(tried.expected().size() - 1).startsWith("2")) {
      assertThat(behind).as("answers to what is behind it").hasSize(1);
    }
    assertThat(numbers(behind)).as("numbers of the markers").isEqualTo(numbersOf(markers));
  }

  /** Checks what has to hold of what arrived. */
  private static void arrival(RawCase tried, List<Arrived> arrived) {
    if (arrived.isEmpty()) {
      return; // as it has to be: the answers say so
    }
    StrictRequest first = arrived.get(0).request();
    List<String> lines = new ArrayList<>();
    for (String check : tried.arrival()) {
      int space = check.indexOf(' ');
      String what = space < 0 ? check : check.substring(0, space);
      String text = space < 0 ? "" : check.substring(space + 1);
      switch (what) {
        case "line" -> lines.add(text);
        case "body" -> assertThat(first.body()).isEqualTo(text);
        case "has" -> {
          int colon = text.indexOf(':', 1);
          assertThat(StrictRequest.values(first.headers(), text.substring(0, colon)))
              .contains(text.substring(colon + 1).strip());
        }
        case "without" ->
          assertThat(StrictRequest.values(first.headers(), text)).isEmpty();
        default -> throw new IllegalArgumentException(check);
      }
    }
    if (!lines.isEmpty()) {
      assertThat(arrived).extracting(one -> one.request().line()).isEqualTo(lines);
    }
  }

  private static List<Boolean> heads(RawCase tried) {
    return tried.expected().stream().map(what -> what.endsWith("/HEAD")).toList();
  }

  /** Returns and removes those with a target. */
  private static List<Arrived> taken(String target, List<Arrived> from) {
    List<Arrived> those =
        from.stream().filter(one -> one.request().line().endsWith(" " + target)).toList();
    from.removeAll(those);
    return those;
  }

  private static List<String> numbers(List<RawAnswer> answers) {
    return answers.stream()
        .map(answer -> answer.header(RecordingServer.NUMBER))
        .filter(Objects::nonNull)
        .toList();
  }

  private static List<String> numbersOf(List<Arrived> arrived) {
    return arrived.stream().map(Arrived::number).toList();
  }
}
