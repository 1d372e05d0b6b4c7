package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.gateway.trace.GuardedTracer;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.ExpectedLog;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vertx.core.Context;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.spi.tracing.SpanKind;
import io.vertx.core.spi.tracing.TagExtractor;
import io.vertx.core.spi.tracing.VertxTracer;
import io.vertx.core.tracing.TracingPolicy;
import io.vertx.tracing.opentelemetry.OpenTelemetryTracingFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The spans of exchanges, by OpenTelemetry and its own tracer for Vert.x, and what servers are told of them.
 *
 * <pre>
 *   /echo/...     a server that answers with the trace that it got
 *   /trace/...    the same, with "requestId": "traceparent"
 *   /retry/...    two servers, on one of which nobody listens
 *   /cut/...      a server that closes the connection
 * </pre>
 */
@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class TracingIT {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String PARENT = "b7ad6b7169203331";
  private static final String GIVEN = "00-" + TRACE + "-" + PARENT + "-01";

  @Parameter
  Engine engine;

  private RawServer echo;
  private Spans spans;
  private AccessLines log;
  private TestGateway gateway;

  /** Keeps the spans that have ended. */
  private static final class Spans implements SpanExporter {
    private final List<SpanData> ended = new CopyOnWriteArrayList<>();

    @Override
    public CompletableResultCode export(Collection<SpanData> more) {
      ended.addAll(more);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }

    /** The spans of the trace of a request to a path: that of the request, then those of the attempts. */
    List<SpanData> of(String path) throws Exception {
      Eventually.holds("a span of " + path, () -> request(path) != null);
      SpanData request = Objects.requireNonNull(request(path));
      List<SpanData> all = new ArrayList<>(List.of(request));
      ended.stream()
          .filter(span -> span.getParentSpanId().equals(request.getSpanId()))
          .forEach(all::add);
      return all;
    }

    private @Nullable SpanData request(String path) {
      return ended.stream()
          .filter(span -> path.equals(attribute(span, "url.path")))
          .findFirst()
          .orElse(null);
    }
  }

  /** A tracer of which a part is missing, as where its jars do not fit each other. */
  private static final class Broken implements VertxTracer<Object, Object> {
    private volatile String missing = "";

    private Object call(String name) {
      if (name.equals(missing)) {
        throw new NoSuchMethodError(name);
      }
      return name;
    }

    @Override
    public <R> Object receiveRequest(
        Context context,
        SpanKind kind,
        TracingPolicy policy,
        R request,
        String operation,
        Iterable<Map.Entry<String, String>> headers,
        TagExtractor<R> tags) {
      return call("receiveRequest");
    }

    @Override
    public <R> void sendResponse(
        Context context, R response, Object span, Throwable failure, TagExtractor<R> tags) {
      call("sendResponse");
    }

    @Override
    public <R> Object sendRequest(
        Context context,
        SpanKind kind,
        TracingPolicy policy,
        R request,
        String operation,
        BiConsumer<String, String> headers,
        TagExtractor<R> tags) {
      Object span = call("sendRequest");
      headers.accept("traceparent", GIVEN);
      return span;
    }

    @Override
    public <R> void receiveResponse(
        Context context, R response, Object span, Throwable failure, TagExtractor<R> tags) {
      call("receiveResponse");
    }
  }

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    spans = new Spans();
    log = new AccessLines();
    OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
        .setTracerProvider(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build())
        .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
        .build();
    gateway = new TestGateway(
        engine,
        options -> new GuardedTracer<>(new OpenTelemetryTracingFactory(sdk).tracer(options)));
    echo = new RawServer();
    Thread serving = new Thread(() -> serve(echo), "echo");
    serving.setDaemon(true);
    serving.start();
    gateway
        .service("echo", echo.port())
        .service("trace", echo.port())
        .service("retry", Ports.free(), echo.port())
        .service("cut", gateway.tcp(socket -> socket.handler(any -> socket.close())))
        .listener(new JsonObject().put("accessLog", new JsonObject().put("format", "json")))
        .listener(new JsonObject()
            .put("name", "secure")
            .put("tls", SelfSigned.of("localhost").json()))
        .route("echo", new JsonObject())
        .route("trace", new JsonObject().put("requestId", "traceparent"))
        .route("retry", new JsonObject())
        .route("cut", new JsonObject())
        .route("echo", new JsonObject().put("listener", "secure"))
        .start(1);
  }

  /** Answers each request with its trace; not a server of Vert.x, which would be traced as well. */
  private static void serve(RawServer echo) {
    try {
      while (true) {
        RawClient connection = echo.accept();
        Thread thread = new Thread(() -> answer(connection), "echo connection");
        thread.setDaemon(true);
        thread.start();
      }
    } catch (IOException e) {
      return; // closed by the test
    }
  }

  private static void answer(RawClient connection) {
    try (connection) {
      while (true) {
        String head = connection.until("\r\n\r\n");
        String body = header(head, "traceparent") + " " + header(head, "tracestate");
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
      }
    } catch (IOException e) {
      return; // the gateway is done with it
    }
  }

  private static String header(String head, String name) {
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .reduce((one, two) -> one + "," + two)
        .orElse("none");
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    log.close();
    gateway.awaitIdle();
    gateway.stop();
  }

  @Test
  void request_withoutATrace_beginsOne() throws Exception {
    String answer = get("/echo/begun", "tracestate: of=nobody");
    List<SpanData> all = spans.of("/echo/begun");
    assertThat(all).hasSize(2);
    SpanData request = all.get(0);
    assertThat(request.getKind().name()).isEqualTo("SERVER");
    assertThat(request.getName()).isEqualTo("GET");
    assertThat(request.getParentSpanContext().isValid()).isFalse();
    assertThat(attribute(request, "http.request.method")).isEqualTo("GET");
    assertThat(attribute(request, "http.response.status_code")).isEqualTo("200");
    assertThat(attribute(request, "server.address")).isEqualTo("h");
    assertThat(attribute(request, "client.address")).isEqualTo("127.0.0.1");
    assertThat(attribute(request, "lblc.service")).isEqualTo("echo");
    assertThat(attribute(request, "lblc.server")).isEqualTo("echo-0");
    assertThat(attribute(request, "lblc.decision")).isIn("placed", "hit");
    SpanData attempt = all.get(1);
    assertThat(attempt.getKind().name()).isEqualTo("CLIENT");
    assertThat(attribute(attempt, "lblc.server")).isEqualTo("echo-0");
    assertThat(attribute(attempt, "server.address")).isEqualTo("127.0.0.1");
    assertThat(attribute(attempt, "http.response.status_code")).isEqualTo("200");
    assertThat(answer)
        .endsWith("00-" + request.getTraceId() + "-" + attempt.getSpanId() + "-01 none");
    assertThat(line("/echo/begun")).containsEntry("trace_id", request.getTraceId());
  }

  @Test
  void request_withATrace_goesOnWithIt() throws Exception {
    String answer = get("/echo/given", "traceparent: " + GIVEN, "tracestate: a=b");
    List<SpanData> all = spans.of("/echo/given");
    assertThat(all).hasSize(2).allMatch(span -> span.getTraceId().equals(TRACE));
    assertThat(all.get(0).getParentSpanId()).isEqualTo(PARENT);
    assertThat(answer).endsWith("00-" + TRACE + "-" + all.get(1).getSpanId() + "-01 a=b");
    assertThat(line("/echo/given")).containsEntry("trace_id", TRACE);
  }

  @Test
  void request_withATraceThatIsNone_beginsOneWithoutItsState() throws Exception {
    String answer = get("/echo/bad", "traceparent: 00-what", "tracestate: a=b");
    List<SpanData> all = spans.of("/echo/bad");
    assertThat(answer)
        .endsWith("00-" + all.get(0).getTraceId() + "-" + all.get(1).getSpanId() + "-01 none");
  }

  @Test
  void requestId_thatIsTheTrace_isTheOneOfTheTracer() throws Exception {
    String answer = get("/trace/id");
    List<SpanData> all = spans.of("/trace/id");
    assertThat(answer)
        .endsWith("00-" + all.get(0).getTraceId() + "-" + all.get(1).getSpanId() + "-01 none");
    assertThat(line("/trace/id"))
        .containsEntry("request_id", all.get(0).getTraceId())
        .containsEntry("trace_id", all.get(0).getTraceId());
  }

  @Test
  void attempt_thatFails_isASpanOfItsOwn() throws Exception {
    List<SpanData> all = List.of();
    for (int i = 0; i < 10 && all.size() < 3; i++) {
      get("/retry/" + i);
      all = spans.of("/retry/" + i);
    }
    assertThat(all).hasSize(3);
    assertThat(attribute(all.get(0), "http.response.status_code")).isEqualTo("200");
    assertThat(attribute(all.get(1), "lblc.server")).isEqualTo("retry-0");
    assertThat(attribute(all.get(1), "error.type")).isEqualTo("connect_failed");
    assertThat(all.get(1).getEvents()).isNotEmpty();
    assertThat(attribute(all.get(2), "lblc.server")).isEqualTo("retry-1");
    assertThat(attribute(all.get(2), "error.type")).isNull();
  }

  @Test
  void request_thatFails_saysWhy() throws Exception {
    get("/cut/x");
    List<SpanData> all = spans.of("/cut/x");
    assertThat(attribute(all.get(0), "http.response.status_code")).isEqualTo("502");
    assertThat(attribute(all.get(0), "error.type")).isEqualTo("server_left");
    assertThat(all).hasSizeGreaterThan(1);
    assertThat(all.subList(1, all.size()))
        .allSatisfy(span -> assertThat(attribute(span, "error.type")).isEqualTo("server_left"));
    get("/none");
    List<SpanData> none = spans.of("/none");
    assertThat(none).hasSize(1);
    assertThat(attribute(none.get(0), "error.type")).isEqualTo("no_route");
  }

  @Test
  void request_overHttp2_isTracedOnce() throws Exception {
    HttpClient client = gateway.http2Client();
    client
        .request(new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost("localhost")
            .setPort(gateway.gateway().port("secure"))
            .setURI("/echo/2")
            .addHeader("traceparent", GIVEN))
        .compose(request -> request.send())
        .compose(response -> response.body())
        .await(10, SECONDS);
    client.close().await(10, SECONDS);
    List<SpanData> all = spans.of("/echo/2");
    assertThat(all).hasSize(2);
    assertThat(attribute(all.get(0), "network.protocol.version")).isEqualTo("2");
    assertThat(spans.ended.stream()
            .filter(span -> span.getTraceId().equals(TRACE)
                && span.getParentSpanId().equals(PARENT)
                && "2".equals(attribute(span, "network.protocol.version"))))
        .hasSize(1);
  }

  @Test
  @ExpectedLog("ERROR GuardedTracer: the tracer fails: requests go on.*NoSuchMethodError")
  void tracer_thatFails_takesNoRequestWithIt() throws Exception {
    Broken tracer = new Broken();
    TestGateway broken = new TestGateway(engine, options -> new GuardedTracer<>(tracer));
    broken.service("echo", echo.port()).route("echo", new JsonObject()).start(1);
    try (RawClient client = new RawClient(broken.port())) {
      for (String missing :
          List.of("receiveRequest", "sendRequest", "receiveResponse", "sendResponse", "")) {
        tracer.missing = missing;
        String answer =
            client.send(RawClient.head("GET /echo/x HTTP/1.1", "Host: h")).response();
        assertThat(answer).as(missing).startsWith("HTTP/1.1 200 ");
        assertThat(answer.contains(TRACE))
            .as("the trace is told: " + missing)
            .isEqualTo(!missing.equals("sendRequest"));
      }
    }
    broken.awaitIdle();
    broken.stop();
  }

  private static @Nullable String attribute(SpanData span, String name) {
    return span.getAttributes().get(AttributeKey.stringKey(name));
  }

  private String get(String path, String... lines) throws Exception {
    List<String> all =
        new ArrayList<>(List.of("GET " + path + " HTTP/1.1", "Host: h", "Connection: close"));
    all.addAll(List.of(lines));
    try (RawClient client = new RawClient(gateway.port())) {
      return client.send(RawClient.head(all.toArray(String[]::new))).rest();
    }
  }

  private Map<String, Object> line(String path) throws Exception {
    Eventually.holds(path, () -> log.soFar().stream().anyMatch(line -> line.contains(path)));
    return StrictJson.read(
        log.soFar().stream().filter(line -> line.contains(path)).findFirst().orElseThrow());
  }
}
