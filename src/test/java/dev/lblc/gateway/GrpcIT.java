package dev.lblc.gateway;

import static io.grpc.MethodDescriptor.MethodType.BIDI_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.CLIENT_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING;
import static io.grpc.MethodDescriptor.MethodType.UNARY;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.TestInstance.Lifecycle.PER_CLASS;

import dev.lblc.testing.ConfigJson;
import dev.lblc.testing.Eventually;
import dev.lblc.testing.Ports;
import dev.lblc.testing.SelfSigned;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client and servers of gRPC-Java with the gateway between them. */
@TestInstance(PER_CLASS)
final class GrpcIT {
  private static final SelfSigned CERTIFICATE = SelfSigned.of("localhost");
  private static final CallOptions USUAL = CallOptions.DEFAULT
      .withMaxInboundMessageSize(GrpcServer.MOST_MESSAGE)
      .withMaxOutboundMessageSize(GrpcServer.MOST_MESSAGE);

  private final TestGateway gateway = new TestGateway(Engine.LANE);
  private final List<GrpcServer> servers = new ArrayList<>();
  private final List<GrpcServer> few = new ArrayList<>();
  private final List<GrpcServer> leaving = new ArrayList<>();
  private final List<GrpcServer> many = new ArrayList<>();
  private GrpcServer calls;
  private RawServer raw;
  private ManagedChannel clear;
  private ManagedChannel secure;

  @BeforeAll
  void start() throws Exception {
    raw = new RawServer();
    calls = server(Integer.MAX_VALUE);
    few.addAll(List.of(server(1), server(2), server(3)));
    leaving.addAll(List.of(server(Integer.MAX_VALUE), server(Integer.MAX_VALUE)));
    many.addAll(List.of(server(100), server(100), server(100)));
    JsonObject http2 = new JsonObject().put("http", "2");
    JsonObject keyed = new JsonObject().put("destination", new JsonArray().add("{header:x-key}"));
    JsonObject patient = ConfigJson.timeouts("idle", "30m");
    gateway
        .service("calls", http2, calls.port())
        .service("raw", http2, raw.port())
        .service("nobody", http2, Ports.free())
        .service("leaving", http2, ports(leaving))
        .service("many", http2, ports(many))
        .route("calls", patient)
        .route("raw", patient)
        .route("nobody", new JsonObject())
        .route("leaving", new JsonObject())
        .route("many", keyed);
    for (int i = 0; i < few.size(); i++) {
      gateway.service("few" + i, http2, few.get(i).port()).route("few" + i, new JsonObject());
    }
    gateway
        .listener(new JsonObject().put("accessLog", true))
        .listener(new JsonObject().put("name", "secure").put("tls", CERTIFICATE.json()))
        .route(ConfigJson.route("calls").put("listener", "secure"))
        .start();
    clear = NettyChannelBuilder.forAddress("127.0.0.1", gateway.port())
        .usePlaintext()
        .build();
    secure = NettyChannelBuilder.forAddress("127.0.0.1", gateway.gateway().port("secure"))
        .sslContext(GrpcSslContexts.forClient()
            .trustManager(CERTIFICATE.certificate().toFile())
            .build())
        .overrideAuthority("localhost")
        .build();
  }

  private GrpcServer server(int mostCalls) throws Exception {
    GrpcServer made = new GrpcServer(0, mostCalls);
    servers.add(made);
    return made;
  }

  private static int[] ports(List<GrpcServer> of) {
    return of.stream().mapToInt(GrpcServer::port).toArray();
  }

  @AfterAll
  void stop() throws Exception {
    for (ManagedChannel each : List.of(clear, secure)) {
      each.shutdownNow().awaitTermination(10, SECONDS);
    }
    gateway.stop();
    for (GrpcServer each : servers) {
      each.close();
    }
    raw.close();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    gateway.awaitIdle();
    for (GrpcServer each : servers) {
      Eventually.holds("no call is left at a server", () -> each.active.get() == 0);
    }
  }

  private GrpcCall call(String service, MethodType type, String... metadata) {
    return new GrpcCall(clear, GrpcMethods.of(service, type), USUAL, metadata);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] octets) {
    return new String(octets, StandardCharsets.ISO_8859_1);
  }

  // --- what passes ---

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void calls_ofEachKind_pass(boolean isSecure) throws Exception {
    ManagedChannel channel = isSecure ? secure : clear;
    GrpcCall unary = new GrpcCall(channel, GrpcMethods.of("calls", UNARY), USUAL);
    assertThat(unary.only(text("one")).await().isOk()).isTrue();
    assertThat(text(unary.next())).isEqualTo("one");
    GrpcCall down = new GrpcCall(
        channel,
        GrpcMethods.of("calls", SERVER_STREAMING),
        USUAL,
        "x-count",
        "100",
        "x-size",
        "20000");
    assertThat(down.only(text("go")).await().isOk()).isTrue();
    assertThat(down.messages).hasSize(100).allMatch(message -> message.length == 20_000);
    GrpcCall up = new GrpcCall(channel, GrpcMethods.of("calls", CLIENT_STREAMING), USUAL);
    for (int i = 0; i < 100; i++) {
      up.send(new byte[20_000]);
    }
    assertThat(up.end().await().isOk()).isTrue();
    assertThat(text(up.next())).isEqualTo("2000000");
    GrpcCall both = new GrpcCall(channel, GrpcMethods.of("calls", BIDI_STREAMING), USUAL);
    for (int i = 0; i < 20; i++) {
      both.send(text("message " + i));
      assertThat(text(both.next())).isEqualTo("message " + i);
    }
    assertThat(gateway.active("calls")).isEqualTo(1);
    assertThat(both.end().await().isOk()).isTrue();
  }

  @Test
  void metadata_passBothWays() throws Exception {
    String bytes = RawClient.text((byte) 0, (byte) 255, (byte) 10, (byte) 44);
    GrpcCall call = call("calls", UNARY, "x-echo", "some text", "x-echo-bin", bytes);
    assertThat(call.only(text("one")).await().isOk()).isTrue();
    for (Metadata each : List.of(call.awaitHeaders(), call.trailers())) {
      assertThat(each.get(GrpcMethods.text("x-echo"))).isEqualTo("some text");
      assertThat(each.get(GrpcMethods.bytes("x-echo-bin"))).isEqualTo(text(bytes));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 8, 12, 13, 14, 16})
  void status_ofAServer_passes(int code) throws Exception {
    for (MethodType type : new MethodType[] {UNARY, BIDI_STREAMING}) {
      GrpcCall call = call("calls", type, "x-fail", Integer.toString(code), "x-echo", "why");
      Status status = call.only(text("one")).await();
      assertThat(status.getCode().value()).isEqualTo(code);
      assertThat(status.getDescription()).isEqualTo("50% är fel");
      assertThat(call.trailers().get(GrpcMethods.text("x-echo"))).isEqualTo("why");
    }
  }

  @Test
  void messages_ofTenMebibytes_pass() throws Exception {
    byte[] large = new byte[10 << 20];
    Arrays.fill(large, (byte) 'x');
    large[large.length - 1] = 'y';
    for (ManagedChannel channel : List.of(clear, secure)) {
      GrpcCall call = new GrpcCall(channel, GrpcMethods.of("calls", UNARY), USUAL);
      assertThat(call.only(large).await().isOk()).isTrue();
      assertThat(call.next()).isEqualTo(large);
    }
  }

  // --- deadlines and ends ---

  @Test
  void deadline_ofAClient_endsItsCall() throws Exception {
    int before = calls.cancelled.get();
    GrpcCall call = new GrpcCall(
        clear,
        GrpcMethods.of("calls", BIDI_STREAMING),
        USUAL.withDeadlineAfter(300, MILLISECONDS),
        "x-hold",
        "1");
    assertThat(call.send(text("one")).await().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    Eventually.holds("the server knows", () -> calls.cancelled.get() == before + 1);
  }

  /** Of a client and a server that do not look at the time. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deadline_thatNobodyElseKeeps_isTheGateways(boolean isBegun) throws Exception {
    try (Http2Peer client = Http2Peer.client(gateway.port())) {
      Http2Peer.Stream asked = client.request(
          false,
          "POST",
          "/raw/UNARY",
          "content-type: application/grpc+proto",
          "te: trailers",
          "grpc-timeout: 5M");
      asked.data(true, "\0\0\0\0\1x");
      try (Http2Peer server = Http2Peer.server(raw.take())) {
        Http2Peer.Stream stream = server.accept();
        assertThat(stream.field("grpc-timeout")).isEqualTo("5M");
        assertThat(stream.field("te")).isEqualTo("trailers");
        if (isBegun) {
          stream.head(false, ":status: 200", "content-type: application/grpc+proto");
          stream.data(false, "\0\0\0\0\1y");
          asked.awaitBody(6);
        }
        gateway.awaitTicks();
        gateway.later.addAndGet(MILLISECONDS.toNanos(301_000));
        assertThat(asked.awaitEnd().field("grpc-status")).isEqualTo("4");
        assertThat(asked.field("grpc-message"))
            .isEqualTo("504 exchange timed out".substring(isBegun ? 4 : 0));
        assertThat(asked.heads()).isEqualTo(isBegun ? 2 : 1);
        assertThat(asked.body()).isEqualTo(isBegun ? "\0\0\0\0\1y" : "");
        if (!isBegun) {
          assertThat(asked.field(":status")).isEqualTo("200");
          assertThat(asked.field("content-type")).isEqualTo("application/grpc");
        }
        assertThat(stream.awaitReset()).isEqualTo(Http2Peer.CANCEL);
      }
    }
  }

  @Test
  void call_thatItsClientCancels_isCancelledAtTheServer() throws Exception {
    for (MethodType type : MethodType.values()) {
      if (type == MethodType.UNKNOWN) {
        continue;
      }
      int before = calls.cancelled.get();
      int begun = calls.begun.get();
      GrpcCall call = call("calls", type, "x-hold", "1");
      call.only(text("one"));
      Eventually.holds("it has begun", () -> calls.begun.get() == begun + 1);
      assertThat(gateway.active("calls")).isEqualTo(1);
      call.cancel();
      Eventually.holds("the server knows", () -> calls.cancelled.get() == before + 1);
      gateway.awaitIdle();
    }
  }

  @Test
  void server_lostInMidStream_isUnavailable() throws Exception {
    GrpcCall call = call("raw", BIDI_STREAMING);
    call.send(text("one"));
    try (Http2Peer server = Http2Peer.server(raw.take())) {
      Http2Peer.Stream stream = server.accept().awaitBody(8);
      stream.head(false, ":status: 200", "content-type: application/grpc");
      stream.data(false, "\0\0\0\0\1y");
      assertThat(text(call.next())).isEqualTo("y");
      server.kill();
    }
    Status status = call.await();
    assertThat(status.getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(status.getDescription()).isEqualTo("server closed the connection in mid-answer");
  }

  @Test
  void call_withoutAServerOrARoute_getsAStatusThatSaysSo() throws Exception {
    Status nobody = call("nobody", UNARY).only(text("one")).await();
    assertThat(nobody.getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(nobody.getDescription()).isEqualTo("502 connect failed");
    Status nowhere = call("nowhere", UNARY).only(new byte[200_000]).await();
    assertThat(nowhere.getCode()).isEqualTo(Code.UNIMPLEMENTED);
    assertThat(nowhere.getDescription()).isEqualTo("404 no route");
  }

  // --- many calls ---

  @Test
  void calls_beyondWhatAConnectionTakes_allSucceed() throws Exception {
    for (int i = 0; i < few.size(); i++) {
      List<GrpcCall> made = new ArrayList<>();
      for (int j = 0; j < 50; j++) {
        made.add(call("few" + i, UNARY).only(text("one")));
      }
      for (GrpcCall each : made) {
        assertThat(each.await()).isEqualTo(Status.OK);
      }
    }
  }

  @Test
  void server_thatLeavesInOrder_failsNoCall() throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    List<Thread> callers = new ArrayList<>();
    List<Status> failed = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Thread caller = new Thread(() -> {
        while (!isOver.get()) {
          Status status = statusOf("leaving");
          if (!status.isOk()) {
            synchronized (failed) {
              failed.add(status);
            }
          }
        }
      });
      caller.start();
      callers.add(caller);
    }
    int[] before = {leaving.get(0).begun.get(), leaving.get(1).begun.get()};
    Eventually.holds(
        "one of them is called",
        () ->
            leaving.get(0).begun.get() + leaving.get(1).begun.get() > before[0] + before[1] + 200);
    GrpcServer used = leaving.get(leaving.get(0).begun.get() > before[0] ? 0 : 1);
    GrpcServer other = leaving.get(used == leaving.get(0) ? 1 : 0);
    used.leave();
    Eventually.holds("it has ended", used::isEnded);
    int seen = other.begun.get();
    Eventually.holds("the other is called", () -> other.begun.get() > seen + 200);
    isOver.set(true);
    for (Thread each : callers) {
      each.join();
    }
    assertThat(failed).isEmpty();
  }

  private Status statusOf(String service) {
    try {
      return call(service, UNARY).only(text("one")).await();
    } catch (Exception e) {
      return Status.UNKNOWN.withCause(e);
    }
  }

  @Test
  void destination_ofCalls_isOneServer() throws Exception {
    for (int key = 0; key < 5; key++) {
      int[] before = many.stream().mapToInt(each -> each.begun.get()).toArray();
      for (int i = 0; i < 20; i++) {
        GrpcCall call = call("many", UNARY, "x-key", "key " + key);
        assertThat(call.only(text("one")).await()).isEqualTo(Status.OK);
      }
      List<Integer> counts = new ArrayList<>();
      for (int i = 0; i < many.size(); i++) {
        counts.add(many.get(i).begun.get() - before[i]);
      }
      assertThat(counts).containsExactlyInAnyOrder(20, 0, 0);
    }
  }

  @Test
  void client_thatDoesNotRead_stopsItsOwnStreamOnly() throws Exception {
    String[] large = {"x-count", "300", "x-size", "65536"};
    GrpcCall slow = new GrpcCall(clear, GrpcMethods.of("calls", SERVER_STREAMING), USUAL, 1, large);
    slow.only(text("go"));
    slow.next();
    for (int i = 0; i < 3; i++) {
      GrpcCall quick = call("calls", SERVER_STREAMING, large);
      assertThat(quick.only(text("go")).await()).isEqualTo(Status.OK);
      assertThat(quick.messages).hasSize(300);
    }
    assertThat(slow.status).isNotDone();
    slow.request(400);
    assertThat(slow.await()).isEqualTo(Status.OK);
    assertThat(slow.messages).hasSize(299);
  }

  /** An hour and more, as the gateway's clock has it; also where the server says nothing before the end. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stream_ofAnHour_countsAsLongAsItLasts(boolean isOneWay) throws Exception {
    GrpcCall call =
        isOneWay ? call("calls", CLIENT_STREAMING, "x-hold", "1") : call("calls", BIDI_STREAMING);
    call.send(text("begin"));
    for (int i = 0; i < 4; i++) {
      Eventually.holds("it counts", () -> gateway.active("calls") == 1);
      gateway.later.addAndGet(Duration.ofMinutes(20).toNanos());
      gateway.awaitTicks();
      call.send(text("x"));
      if (!isOneWay) {
        call.next();
      }
      gateway.awaitTicks();
    }
    assertThat(gateway.active("calls")).isEqualTo(1);
    if (isOneWay) {
      call.cancel();
    } else {
      assertThat(call.end().await()).isEqualTo(Status.OK);
    }
  }
}
