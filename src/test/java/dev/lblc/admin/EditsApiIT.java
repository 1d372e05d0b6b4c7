package dev.lblc.admin;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.config.AdminConfig;
import dev.lblc.plugin.Lblc;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.LblcVerticle;
import dev.lblc.plugin.Lease;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the admin port changes: every answer that it gives, on one gateway for all. */
final class EditsApiIT {
  private static final String SERVICE = "/api/v1/services/images";
  private static final String SERVERS = SERVICE + "/servers";
  private static final String A = SERVERS + "/a";
  private static final String JSON = "application/json";

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Vertx VERTX = Vertx.vertx();

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static LblcService images;

  private static int open;
  private static int guarded;
  private static int hurried;

  @BeforeAll
  static void start() throws Exception {
    String config = """
        {"services": {
          "images": {"strategy": "lblc", "servers": [
            {"id": "a", "host": "127.0.0.1", "port": 9001, "weight": 64, "upper": 8, "lower": 4},
            {"id": "b", "host": "127.0.0.1", "port": 9002},
            {"id": "..", "host": "127.0.0.1", "port": 9003, "weight": 0},
            {"id": "x/y z", "host": "127.0.0.1", "port": 9004, "weight": 0}]},
          "plain": {"strategy": "wlc", "servers": []}}}
        """;
    VERTX
        .deployVerticle(
            new LblcVerticle(), new DeploymentOptions().setConfig(new JsonObject(config)))
        .await(10, SECONDS);
    images = Lblc.of(VERTX).service("images");
    open = listen(null, RequestBody.MOST_MILLIS);
    guarded = listen("secret", RequestBody.MOST_MILLIS);
    hurried = listen(null, 50);
  }

  @AfterAll
  static void stop() throws Exception {
    VERTX.close().await(10, SECONDS);
  }

  @AfterEach
  void undoAll() throws Exception {
    for (String id : List.of("a", "b", "..", "x%2Fy%20z", "new", "c%2Fd")) {
      raw(open, "DELETE " + SERVERS + "/" + id + "/edit", "Host: localhost\r\n", "");
    }
    images.forgetAll("").await(10, SECONDS);
  }

  @Test
  void patch_ofAWeight_changesThatAloneAndIsAnEdit() throws Exception {
    String before = tag(get(A));
    HttpResponse<String> answer = send("PATCH", A, "{\"weight\": 5}");
    assertThat(answer.statusCode()).isEqualTo(200);
    JsonObject server = new JsonObject(answer.body());
    assertServer(server, 5, 8, 4, "edit");
    assertThat(server.getString("state")).isEqualTo("up");
    assertThat(tag(answer)).isNotEqualTo(before).isEqualTo(tag(get(A)));
    assertThat(new JsonObject(get(A).body())).isEqualTo(server);
    assertServer(json(send("PATCH", A, "{\"upper\": 0, \"lower\": 0}")), 5, 0, 0, "edit");
    JsonObject limited = json(send("PATCH", A, "{\"max\": 3}"));
    assertServer(limited, 5, 0, 0, "edit");
    assertThat(limited.getInteger("max")).isEqualTo(3);
    assertServer(json(send("DELETE", A + "/edit", null)), 64, 8, 4, "file");
    assertThat(json(get(A)).getInteger("max")).isZero();
    assertThat(tag(get(A))).isNotEqualTo(tag(answer));
  }

  @Test
  void patch_asMergePatchOrEmptyOrWhatIsThere_isTaken() throws Exception {
    HttpRequest request = request("PATCH", A, "{\"weight\": 6}")
        .setHeader("Content-Type", "application/merge-patch+json; charset=UTF-8")
        .build();
    assertServer(json(CLIENT.send(request, BodyHandlers.ofString())), 6, 8, 4, "edit");
    assertServer(json(send("PATCH", A, "{}")), 6, 8, 4, "edit");
    assertServer(json(send("PATCH", A, "{\"weight\": 64}")), 64, 8, 4, "file");
  }

  @Test
  void post_ofAServer_addsItAndSaysWhere() throws Exception {
    HttpResponse<String> added =
        send("POST", SERVERS, "{\"id\": \"c/d\", \"host\": \"192.0.2.1\", \"port\": 80}");
    assertThat(added.statusCode()).isEqualTo(201);
    assertServer(new JsonObject(added.body()), 100, 0, 0, "edit");
    String location = added.headers().firstValue("location").orElseThrow();
    assertThat(location).isEqualTo(SERVERS + "/c%2Fd");
    assertThat(tag(get(location))).isEqualTo(tag(added));
    assertThat(new JsonArray(get(SERVERS).body())).hasSize(5);
    assertProblem(
        send("POST", SERVERS, "{\"id\": \"c/d\", \"host\": \"192.0.2.1\", \"port\": 80}"),
        409,
        "server c/d is there already");
    assertThat(send("DELETE", location, null).statusCode()).isEqualTo(204);
    assertProblem(get(location), 404, "service images has no server c/d");
    assertProblem(
        get("/api/v1/services/imgs/servers"),
        404,
        "no service imgs (expected: one of images, plain)");
    assertThat(send("DELETE", location + "/edit", null).statusCode()).isEqualTo(204);
  }

  @Test
  void delete_ofAServerOfTheFile_holdsUntilItIsTakenBack() throws Exception {
    assertThat(send("DELETE", A, null).statusCode()).isEqualTo(204);
    assertProblem(send("DELETE", A, null), 404, "service images has no server a");
    assertProblem(send("PATCH", A, "{\"weight\": 1}"), 404, "service images has no server a");
    assertProblem(send("POST", A + "/drain", null), 404, "service images has no server a");
    assertServer(json(send("DELETE", A + "/edit", null)), 64, 8, 4, "file");
    assertProblem(send("DELETE", A + "/edit", null), 404, "server a is not edited");
  }

  @Test
  void drain_movesDestinationsAsTheyAreUsedAndKeepsWhatIsThere() throws Exception {
    Lease lease = images.acquire("/x");
    String id = lease.server().id();
    String home = SERVERS + "/" + id;
    HttpResponse<String> answer = send("POST", home + "/drain", "{\"deadline\": \"30s\"}");
    assertThat(answer.statusCode()).isEqualTo(202);
    JsonObject server = new JsonObject(answer.body());
    assertThat(server.getString("state")).isEqualTo("draining");
    assertThat(server.getInteger("weight")).as("the one that is set").isPositive();
    assertThat(server.getString("source")).isEqualTo("file");
    JsonObject drain = server.getJsonObject("drain");
    assertThat(drain.getInteger("left")).isEqualTo(1);
    assertThat(drain.getLong("remainingMillis")).isBetween(20_000L, 30_000L);
    assertThat(drain.getLong("forMillis")).isBetween(0L, 10_000L);
    Lease moved = images.acquire("/x");
    assertThat(moved.server().id()).isNotEqualTo(id);
    moved.close();
    lease.close();
    assertThat(json(get(home)).getJsonObject("drain").getInteger("left")).isZero();
    assertThat(json(send("POST", home + "/drain", null))
            .getJsonObject("drain")
            .getValue("remainingMillis"))
        .isNull();
    JsonObject used = json(send("DELETE", home + "/drain", null));
    assertThat(used.getString("state")).isEqualTo("up");
    assertThat(used.containsKey("drain")).isFalse();
    assertProblem(send("DELETE", home + "/drain", null), 404, "server " + id + " is not drained");
  }

  @Test
  void change_ofADrainedServer_leavesItDrained() throws Exception {
    send("POST", A + "/drain", "{}");
    JsonObject changed = json(send("PATCH", A, "{\"weight\": 7}"));
    assertServer(changed, 7, 8, 4, "edit");
    assertThat(changed.getString("state")).isEqualTo("draining");
    assertServer(json(send("DELETE", A + "/drain", null)), 7, 8, 4, "edit");
  }

  @Test
  void ifMatch_ofAnotherVersion_isA412AndChangesNothing() throws Exception {
    HttpResponse<String> first = get(A);
    assertThat(conditional("PATCH", A, "{\"weight\": 5}", "\"other\", " + tag(first))
            .statusCode())
        .isEqualTo(200);
    for (String method : List.of("PATCH", "DELETE")) {
      HttpResponse<String> refused =
          conditional(method, A, method.equals("PATCH") ? "{\"weight\": 9}" : null, tag(first));
      assertProblem(refused, 412, "If-Match: " + tag(first) + " (expected: " + tag(get(A)) + ")");
      assertThat(tag(refused)).isEqualTo(tag(get(A)));
    }
    for (String path : List.of("/drain", "/edit")) {
      String method = path.equals("/drain") ? "POST" : "DELETE";
      assertThat(conditional(method, A + path, null, tag(first)).statusCode()).isEqualTo(412);
    }
    assertThat(conditional("PATCH", A, "{\"weight\": 6}", "W/" + tag(get(A))).statusCode())
        .as("a weak one")
        .isEqualTo(412);
    assertServer(json(get(A)), 5, 8, 4, "edit");
    assertThat(conditional("DELETE", A, null, "*").statusCode()).isEqualTo(204);
    assertThat(conditional("DELETE", A + "/edit", null, "*").statusCode()).isEqualTo(412);
  }

  @Test
  void etag_changesWithADrain() throws Exception {
    String before = tag(get(A));
    String drained = tag(send("POST", A + "/drain", null));
    assertThat(drained).isNotEqualTo(before);
    assertThat(conditional("DELETE", A + "/drain", null, before).statusCode()).isEqualTo(412);
    assertThat(conditional("DELETE", A + "/drain", null, drained).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "PATCH | /a | 400 | {\"weight\": | line 1, column 11 | ",
        "PATCH | /a | 400 | `` | line 1, column 1 | ",
        "PATCH | /a | 422 | [] | $ | [] (expected: an object)",
        "PATCH | /a | 422 | {\"weight\": \"5\"} | $.weight | \"5\" (expected: a whole number, 0 to 1000000)",
        "PATCH | /a | 422 | {\"weight\": null} | $.weight | null (expected: a whole number, 0 to 1000000)",
        "PATCH | /a | 422 | {\"weight\": 1000001} | $.weight | 1000001 (expected: a whole number, 0 to 1000000)",
        "PATCH | /a | 422 | {\"weight\": -1} | $.weight | -1 (expected: a whole number, 0 to 1000000)",
        "PATCH | /a | 422 | {\"upper\": 1.5} | $.upper | 1.5 (expected: a whole number, 0 to 2147483647)",
        "PATCH | /a | 422 | {\"wieght\": 5} | $.wieght | unknown key (expected: one of weight, upper, lower, max; did you mean weight?)",
        "PATCH | /a | 422 | {\"port\": 5} | $.port | unknown key (expected: one of weight, upper, lower, max)",
        "POST | `` | 422 | {\"id\": \"n\", \"host\": \"h\"} | $.port | missing (expected: a whole number, 1 to 65535)",
        "POST | `` | 422 | {\"id\": \"n\", \"host\": \"h\", \"port\": 1, \"upper\": 1, \"lower\": 2} | $.lower | 2 (expected: at most upper, which is 1)",
        "POST | `` | 422 | {\"id\": \"${HOME}\", \"host\": \"h\", \"port\": 1} | $.id | ",
        "POST | /a/drain | 422 | {\"deadline\": 30} | $.deadline | ",
        "POST | /a/drain | 422 | {\"deadline\": \"soon\"} | $.deadline | ",
        "POST | /a/drain | 422 | {\"dead\": \"1s\"} | $.dead | ",
      })
  void body_withAFault_isRefusedWithItsPlace(
      String method, String path, int status, String body, String place, @Nullable String message)
      throws Exception {
    HttpResponse<String> answer = send(method, SERVERS + path, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    JsonObject error = new JsonObject(answer.body()).getJsonArray("errors").getJsonObject(0);
    assertThat(error.getString("path")).isEqualTo(place);
    assertThat(error.getString("message")).startsWith(message == null ? "" : message);
    assertServer(json(get(A)), 64, 8, 4, "file");
  }

  @Test
  void body_withSeveralFaults_isRefusedWithAll() throws Exception {
    HttpResponse<String> answer = send("PATCH", A, "{\"weight\": -1, \"upper\": \"x\", \"z\": 1}");
    assertProblem(answer, 422, "the body has faults: see errors");
    assertThat(new JsonObject(answer.body()).getJsonArray("errors")).hasSize(3);
  }

  @Test
  void thresholds_thatDoNotFitTogether_areRefused() throws Exception {
    assertProblem(
        send("PATCH", A, "{\"upper\": 3}"), 422, "lower: 4 (expected: at most upper, which is 3)");
  }

  @ParameterizedTest
  @CsvSource({"text/plain", "application/jsonx", "application/json; charset=iso-8859-1"})
  void body_ofAnotherType_isA415(String type) throws Exception {
    HttpRequest request =
        request("PATCH", A, "{\"weight\": 5}").setHeader("Content-Type", type).build();
    assertProblem(
        CLIENT.send(request, BodyHandlers.ofString()),
        415,
        "Content-Type: " + type + " (expected: application/json or application/merge-patch+json)");
  }

  @Test
  void body_withoutTypeOrCompressed_isA415() throws Exception {
    assertThat(raw(open, "PATCH " + A, "Host: localhost\r\nContent-Length: 2\r\n", "{}"))
        .startsWith("HTTP/1.1 415 ");
    HttpRequest request = request("PATCH", A, "{\"weight\": 5}")
        .header("Content-Encoding", "gzip")
        .build();
    assertProblem(
        CLIENT.send(request, BodyHandlers.ofString()),
        415,
        "Content-Encoding: gzip (expected: none)");
  }

  @Test
  void body_thatIsNoUtf8_isA400() throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri(open, A))
        .method("PATCH", BodyPublishers.ofByteArray(new byte[] {'{', (byte) 0xff, '}'}))
        .header("Content-Type", JSON)
        .build();
    assertProblem(
        CLIENT.send(request, BodyHandlers.ofString()), 400, "the body of the request is not UTF-8");
  }

  @Test
  void body_thatIsTooLarge_isA413_howeverItIsSent() throws Exception {
    String large = "{\"weight\": 5" + " ".repeat(RequestBody.MOST_BYTES) + "}";
    String detail = "the body of the request is larger than 16384 bytes";
    assertProblem(send("PATCH", A, large), 413, detail);
    HttpRequest chunked = HttpRequest.newBuilder(uri(open, A))
        .method("PATCH", BodyPublishers.fromPublisher(BodyPublishers.ofString(large)))
        .header("Content-Type", JSON)
        .build();
    assertProblem(CLIENT.send(chunked, BodyHandlers.ofString()), 413, detail);
    String most = "{\"weight\": 5" + " ".repeat(RequestBody.MOST_BYTES - 13) + "}";
    assertThat(send("PATCH", A, most).statusCode()).isEqualTo(200);
  }

  @Test
  void body_thatDoesNotCome_isA408AndTheEndOfTheConnection() throws Exception {
    String answer = raw(
        hurried,
        "PATCH " + A,
        "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 14\r\n",
        "{\"weight\":");
    assertThat(answer).startsWith("HTTP/1.1 408 ").contains("did not come within 50 ms");
    assertServer(json(get(A)), 64, 8, 4, "file");
  }

  @Test
  void expectContinue_isAnsweredBeforeTheBody() throws Exception {
    HttpRequest request =
        request("PATCH", A, "{\"weight\": 5}").expectContinue(true).build();
    assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 | localhost:9901 | ",
        "200 | 127.0.0.1 | ",
        "200 | localhost:9901 | http://localhost:9901",
        "200 | localhost:9901 | https://LOCALHOST:9901",
        "403 | localhost:9901 | http://localhost:3000",
        "403 | localhost:9901 | http://evil.example.com",
        "403 | localhost:9901 | null",
        "403 | evil.example.com | ",
        "403 | evil.example.com:9901 | http://evil.example.com:9901",
      })
  void change_byAForeignNameOrPage_isRefusedWithAndWithoutToken(
      int status, String host, @Nullable String origin) throws Exception {
    String headers = "Host: " + host + "\r\n"
        + (origin == null ? "" : "Origin: " + origin + "\r\n")
        + "Content-Type: application/json\r\nContent-Length: 2\r\n";
    assertThat(raw(open, "PATCH " + A, headers, "{}")).startsWith("HTTP/1.1 " + status + " ");
    String token = "Authorization: Bearer secret\r\n";
    assertThat(raw(guarded, "PATCH " + A, headers + token, "{}"))
        .startsWith("HTTP/1.1 " + status + " ");
    assertThat(raw(guarded, "PATCH " + A, headers, "{}"))
        .startsWith("HTTP/1.1 " + (status == 200 ? 401 : status) + " ");
  }

  @ParameterizedTest
  @CsvSource({
    "PATCH, /api/v1/services/none/servers/a, 404",
    "POST, /api/v1/services/none/servers, 404",
    "DELETE, /api/v1/services/none/destinations, 404",
    "DELETE, /api/v1/services/images/servers/none, 404",
    "DELETE, /api/v1/services/images/servers/none/edit, 404",
    "DELETE, /api/v1/services/images/servers/none/drain, 404",
    "DELETE, /api/v1/services/images/servers/a/drain/x, 404",
    "DELETE, /api/v1/services/images/servers/, 405",
    "DELETE, /api/v1/services/images/destinations/none, 404",
    "DELETE, /api/v1/services/images/destinations/, 400",
    "DELETE, /api/v1/services/images/destinations?prefix=, 400",
    "DELETE, /api/v1/services/images/destinations?prefx=a, 400",
    "DELETE, /api/v1/services/images/destinations?prefix=a&prefix=b, 400",
    "DELETE, /api/v1/services/images/destinations/x?prefix=b, 400",
  })
  void paths_thatAreNotThereOrUnclear_changeNothing(String method, String path, int status)
      throws Exception {
    images.acquire("/kept").close();
    HttpResponse<String> answer = send(method, path, method.equals("DELETE") ? null : "{}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(new JsonObject(answer.body()).getString("detail")).isNotEmpty();
    assertThat(images.destination("/kept")).isNotNull();
  }

  @Test
  void ids_ofAnyForm_areReached() throws Exception {
    assertServer(json(send("PATCH", SERVERS + "/x%2Fy%20z", "{\"weight\": 3}")), 3, 0, 0, "edit");
    String patched = raw(
        open,
        "PATCH " + SERVERS + "/..",
        "Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 13\r\n",
        "{\"weight\": 3}");
    assertThat(patched).startsWith("HTTP/1.1 200 ").contains("\"port\":9003,\"weight\":3");
    assertServer(json(get(SERVERS + "/%2E%2e")), 3, 0, 0, "edit");
  }

  @Test
  void destinations_areForgottenOneByOneByPrefixAndAll() throws Exception {
    for (String destination : List.of("/a/1", "/a/2", "/b/1", "..", ".", "/ü?&")) {
      images.acquire(destination).close();
    }
    String all = SERVICE + "/destinations";
    assertThat(raw(open, "DELETE " + all + "/..", "Host: localhost\r\n", ""))
        .startsWith("HTTP/1.1 204 ");
    assertThat(images.destination("..")).isNull();
    assertThat(images.destination(".")).isNotNull();
    assertThat(send("DELETE", all + "/%2F%C3%BC%3F%26", null).statusCode()).isEqualTo(204);
    assertThat(json(send("DELETE", all + "?prefix=/a/", null)).getInteger("removed"))
        .isEqualTo(2);
    assertThat(images.destination("/b/1")).isNotNull();
    assertThat(json(send("DELETE", all, null)).getInteger("removed")).isEqualTo(2);
    assertThat(images.status().destinations()).isZero();
    assertThat(
            json(send("DELETE", "/api/v1/services/plain/destinations", null)).getInteger("removed"))
        .as("of a service without a table")
        .isZero();
  }

  private static int listen(@Nullable String token, long bodyMillis) throws Exception {
    AdminConfig config = new AdminConfig("127.0.0.1", 0, token);
    return AdminServer.start(
            VERTX, config, Lblc.of(VERTX), new Metrics(), () -> true, null, bodyMillis)
        .await(10, SECONDS)
        .port();
  }

  private static HttpResponse<String> get(String target) throws Exception {
    return CLIENT.send(HttpRequest.newBuilder(uri(open, target)).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> send(String method, String target, @Nullable String body)
      throws Exception {
    return CLIENT.send(request(method, target, body).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> conditional(
      String method, String target, @Nullable String body, String tag) throws Exception {
    return CLIENT.send(
        request(method, target, body).header("If-Match", tag).build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String method, String target, @Nullable String body) {
    HttpRequest.Builder request = HttpRequest.newBuilder(uri(open, target));
    return body == null
        ? request.method(method, BodyPublishers.noBody())
        : request.method(method, BodyPublishers.ofString(body)).header("Content-Type", JSON);
  }

  private static URI uri(int port, String target) {
    return URI.create("http://127.0.0.1:" + port + target);
  }

  private static String raw(int port, String line, String headers, String body) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write((line + " HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n" + body)
              .getBytes(StandardCharsets.UTF_8));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static JsonObject json(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isIn(200, 201, 202);
    return new JsonObject(answer.body());
  }

  private static String tag(HttpResponse<String> answer) {
    return answer.headers().firstValue("etag").orElseThrow();
  }

  private static void assertServer(
      JsonObject server, int weight, int upper, int lower, String source) {
    assertThat(List.of(
            server.getInteger("weight"),
            server.getInteger("upper"),
            server.getInteger("lower"),
            server.getString("source")))
        .containsExactly(weight, upper, lower, source);
  }

  private static void assertProblem(HttpResponse<String> answer, int status, String detail) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(new JsonObject(answer.body()).getString("detail")).isEqualTo(detail);
  }
}
