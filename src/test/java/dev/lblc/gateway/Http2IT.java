package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.SelfSigned;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "engine {0}")
@EnumSource(Engine.class)
@TestInstance(PER_CLASS)
final class Http2IT {
  @Parameter
  Engine engine;

  private TestGateway gateway;
  private static final SelfSigned CERTIFICATE = SelfSigned.of("localhost");
  private final Set<HttpServerRequest> heldRequests = ConcurrentHashMap.newKeySet();
  private HttpClient client;

  @BeforeParameterizedClassInvocation
  void start() throws Exception {
    gateway = new TestGateway(engine);
    gateway
        .service("plain", gateway.http(this::serve))
        .service(
            "raw",
            gateway.tcp(socket -> socket.handler(head -> socket.end(Buffer.buffer(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n")))))
        .listener(new JsonObject()
            .put("name", "web")
            .put("accessLog", true)
            .put("tls", CERTIFICATE.json()))
        .route("plain", new JsonObject())
        .service("patient", gateway.http(this::serve))
        .route(
            "patient",
            new JsonObject()
                .put("timeouts", new JsonObject().put("response", "1h").put("idle", "1h")))
        .service("sni", gateway.http(this::serve))
        .service("small", gateway.http(this::serve))
        .route("small", new JsonObject().put("limits", new JsonObject().put("body", "10B")))
        .route("raw", new JsonObject())
        .route("sni", new JsonObject().put("destination", new JsonArray().add("{sni}")));
    gateway.start();
    client = gateway.vertx.createHttpClient(new HttpClientOptions()
        .setSsl(true)
        .setTrustAll(true)
        .setVerifyHost(false)
        .setForceSni(true)
        .setUseAlpn(true)
        .setProtocolVersion(HttpVersion.HTTP_2));
  }

  @AfterParameterizedClassInvocation
  void stop() throws Exception {
    gateway.stop();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
    heldRequests.clear();
  }

  private void serve(HttpServerRequest request) {
    String path = request.path();
    if (path.endsWith("/held")) {
      heldRequests.add(request);
    } else if (path.endsWith("/echo")) {
      request.response().setChunked(true);
      request.pipeTo(request.response());
    } else if (path.endsWith("/trailers")) {
      request.response().setChunked(true).putTrailer("X-Sum", "42").end("12345");
    } else if (path.endsWith("/endless")) {
      request.response().setChunked(true).write("12345");
    } else {
      JsonObject seen = new JsonObject();
      request.headers().forEach((name, value) -> seen.put(name.toLowerCase(Locale.ROOT), value));
      request
          .response()
          .putHeader("Connection", "keep-alive")
          .putHeader("Keep-Alive", "timeout=5")
          .end(seen.encode());
    }
  }

  private Future<HttpClientRequest> request(HttpMethod method, String path) {
    return client.request(new RequestOptions()
        .setMethod(method)
        .setHost("localhost")
        .setPort(gateway.port())
        .setURI(path));
  }

  @Test
  void request_overHttp2_isForwardedOverHttp1() throws Exception {
    Future<HttpClientResponse> answered = request(HttpMethod.GET, "/plain/x").compose(request -> {
      request.headers().add("cookie", "a=1").add("cookie", "b=2");
      return request.send();
    });
    JsonObject seen = new JsonObject(answered.compose(HttpClientResponse::body).await(10, SECONDS));
    HttpClientResponse response = answered.result();
    assertThat(response.version()).isEqualTo(HttpVersion.HTTP_2);
    assertThat(response.headers().names())
        .doesNotContain("connection", "keep-alive", "transfer-encoding");
    assertThat(seen.getString("host")).isEqualTo("localhost:" + gateway.port());
    assertThat(seen.getString("cookie")).isEqualTo("a=1; b=2");
    assertThat(seen.getString("x-forwarded-proto")).isEqualTo("https");
    assertThat(seen.containsKey("transfer-encoding")).isFalse();
  }

  @Test
  void body_withAndWithoutALength_passesBothWays() throws Exception {
    Buffer body = Buffer.buffer(new byte[300_000]);
    for (boolean sized : new boolean[] {true, false}) {
      Future<Buffer> echoed = request(HttpMethod.POST, "/plain/echo")
          .compose(request -> {
            if (sized) {
              return request.send(body);
            }
            request.setChunked(true).write(body.slice(0, 100_000));
            request.end(body.slice(100_000, 300_000));
            return request.response();
          })
          .compose(HttpClientResponse::body);
      assertThat(echoed.await(10, SECONDS)).isEqualTo(body);
    }
  }

  /** Of each stream that ends Vert.x tells twice; those that go on count all the same. */
  @Test
  void connection_withARequestInFlight_isNotIdle() throws Exception {
    for (int i = 0; i < 3; i++) {
      assertThat(request(HttpMethod.GET, "/plain/x")
              .compose(HttpClientRequest::send)
              .compose(HttpClientResponse::body)
              .await(10, SECONDS)
              .length())
          .isPositive();
    }
    Future<Buffer> held = request(HttpMethod.GET, "/patient/held")
        .compose(HttpClientRequest::send)
        .compose(HttpClientResponse::body);
    Eventually.holds("it arrived", () -> heldRequests.size() == 1);
    for (int i = 0; i < 3; i++) {
      gateway.later.addAndGet(SECONDS.toNanos(100));
      gateway.awaitTicks();
    }
    heldRequests.iterator().next().response().end("at last");
    assertThat(held.await(10, SECONDS).toString()).isEqualTo("at last");
  }

  @Test
  void answer_withTrailers_isLoggedAsWhole() throws Exception {
    try (AccessLines log = new AccessLines()) {
      HttpClientResponse response = request(HttpMethod.GET, "/plain/trailers")
          .compose(HttpClientRequest::send)
          .compose(answer -> answer.body().map(answer))
          .await(10, SECONDS);
      assertThat(response.trailers().get("x-sum")).isEqualTo("42");
      assertThat(log.await(1).get(0)).endsWith(" -");
    }
  }

  @Test
  void streams_reset_leaveNothing() throws Exception {
    List<HttpClientRequest> requests = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      HttpClientRequest request = request(HttpMethod.GET, "/plain/held").await(10, SECONDS);
      request.response().onFailure(failure -> {});
      request.exceptionHandler(failure -> {});
      request.end();
      requests.add(request);
    }
    Eventually.holds("they arrived", () -> heldRequests.size() == 20);
    assertThat(gateway.active("plain")).isEqualTo(20);
    requests.forEach(HttpClientRequest::reset);
    gateway.awaitIdle();
    assertThat(request(HttpMethod.GET, "/plain/x")
            .compose(HttpClientRequest::send)
            .await(10, SECONDS)
            .statusCode())
        .isEqualTo(200);
  }

  @Test
  void stream_resetInMidUploadOrMidBody_leavesNothing() throws Exception {
    try (AccessLines lines = new AccessLines()) {
      resetInMidUploadAndMidBody();
      List<String> both = lines.await(2);
      assertThat(both.get(0)).contains(" 499 ").endsWith(" client closed the connection");
      assertThat(both.get(1))
          .contains(" 200 ")
          .endsWith(" client closed the connection in mid-answer");
    }
  }

  private void resetInMidUploadAndMidBody() throws Exception {
    HttpClientRequest upload = request(HttpMethod.POST, "/plain/held").await(10, SECONDS);
    upload.response().onFailure(failure -> {});
    upload.exceptionHandler(failure -> {});
    upload.setChunked(true).write("abc");
    Eventually.holds("it uploads", () -> heldRequests.size() == 1);
    upload.reset();
    gateway.awaitIdle();
    HttpClientRequest download = request(HttpMethod.GET, "/plain/endless").await(10, SECONDS);
    HttpClientResponse response = download.send().await(10, SECONDS);
    assertThat(gateway.active("plain")).isEqualTo(1);
    response.exceptionHandler(failure -> {});
    download.reset();
  }

  @Test
  void response_cutShort_resetsTheStreamOnly() throws Exception {
    try (AccessLines lines = new AccessLines()) {
      Future<Buffer> body = request(HttpMethod.GET, "/raw/x")
          .compose(HttpClientRequest::send)
          .compose(HttpClientResponse::body);
      assertThatThrownBy(() -> body.await(10, SECONDS)).hasMessageContaining("Stream reset: 2");
      assertThat(lines.await(1).get(0)).endsWith(" server closed the connection in mid-answer");
    }
    HttpClientResponse next =
        request(HttpMethod.GET, "/plain/x").compose(HttpClientRequest::send).await(10, SECONDS);
    assertThat(next.statusCode()).isEqualTo(200);
  }

  @Test
  void serverName_ofTheHandshake_canBeTheDestination() throws Exception {
    request(HttpMethod.GET, "/sni/x").compose(HttpClientRequest::send).await(10, SECONDS);
    assertThat(gateway.scheduled("sni").destination("localhost")).isNotNull();
  }

  @Test
  void request_withTooManyFields_isRefused() throws Exception {
    Future<HttpClientResponse> answer = request(HttpMethod.GET, "/plain/x").compose(request -> {
      for (int i = 0; i < 101; i++) {
        request.headers().add("x-a", "1");
      }
      return request.send();
    });
    assertThat(answer.await(10, SECONDS).statusCode()).isEqualTo(431);
  }

  @Test
  void sizeOfAHead_changedWhileItListens_countsForTheNextConnection() throws Exception {
    TestGateway changing = new TestGateway(engine);
    try {
      JsonObject listener = ConfigJson.listener("127.0.0.1", 0).put("tls", CERTIFICATE.json());
      JsonObject route =
          ConfigJson.route("plain").put("match", new JsonObject().put("path", "/plain/*"));
      changing
          .service("plain", changing.http(this::serve))
          .listener(listener)
          .route(route)
          .start();
      listener.put("limits", new JsonObject().put("header", "1KiB"));
      changing.apply(List.of(listener), List.of(route)).await(10, SECONDS);
      RequestOptions target =
          new RequestOptions().setHost("localhost").setPort(changing.port()).setURI("/plain/x");
      assertThat(client
              .request(target)
              .compose(HttpClientRequest::send)
              .await(10, SECONDS)
              .statusCode())
          .isEqualTo(200);
      Future<Integer> large = client
          .request(target)
          .compose(request -> {
            request.exceptionHandler(failure -> {}); // the client itself knows the limit
            return request.putHeader("x-a", "x".repeat(2000)).send();
          })
          .map(HttpClientResponse::statusCode)
          .otherwise(431);
      assertThat(large.await(10, SECONDS)).isEqualTo(431);
    } finally {
      changing.stop();
    }
  }

  @Test
  void body_thatGrowsOverTheLimit_isRefused() throws Exception {
    HttpClientRequest upload = request(HttpMethod.POST, "/small/held").await(10, SECONDS);
    upload.exceptionHandler(failure -> {}); // what is not read any more is reset
    upload.setChunked(true).write("x".repeat(6));
    Eventually.holds("it uploads", () -> heldRequests.size() == 1);
    upload.write("x".repeat(5));
    assertThat(upload.response().await(10, SECONDS).statusCode()).isEqualTo(413);
    HttpClientRequest announced = request(HttpMethod.POST, "/small/held").await(10, SECONDS);
    announced.exceptionHandler(failure -> {});
    announced.putHeader("content-length", "11").write("x");
    assertThat(announced.response().await(10, SECONDS).statusCode()).isEqualTo(413);
  }

  @Test
  void target_longerThanALineMayBe_isRefused() throws Exception {
    HttpClientResponse response = request(HttpMethod.GET, "/plain/" + "x".repeat(9000))
        .compose(HttpClientRequest::send)
        .await(10, SECONDS);
    assertThat(response.statusCode()).isEqualTo(414);
  }
}
