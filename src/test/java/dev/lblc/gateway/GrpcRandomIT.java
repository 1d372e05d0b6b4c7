package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.testing.Eventually;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** Calls of gRPC of all kinds and of any end, while servers are killed and come back: how many there are is known exactly. */
final class GrpcRandomIT {
  private static final int CALLS = Integer.getInteger("lblc.grpc.calls", 600);
  private static final int ROUNDS = 6;
  private static final int AT_ONCE = 50;
  private static final List<MethodType> KINDS = List.of(
      MethodType.UNARY,
      MethodType.SERVER_STREAMING,
      MethodType.CLIENT_STREAMING,
      MethodType.BIDI_STREAMING);

  /** How a call is to end. */
  private enum End {
    ITS_OWN,
    FAILURE,
    DEADLINE,
    CANCELLED
  }

  private final long seed = ThreadLocalRandom.current().nextLong();
  private final Random random = new Random(seed);
  private final TestGateway gateway = new TestGateway(Engine.LANE);
  private final List<GrpcServer> servers = new ArrayList<>();
  private final Map<Code, Integer> seen = new EnumMap<>(Code.class);

  /** One call under way. */
  private record Made(GrpcCall call, End end, int answers) {}

  @Test
  void calls_ofAllKindsAndEnds_countExactly() throws Exception {
    System.out.println("GrpcRandomIT: seed " + seed);
    for (int i = 0; i < 3; i++) {
      servers.add(new GrpcServer(0, 20 + i));
    }
    gateway
        .service(
            "calls",
            new JsonObject().put("http", "2"),
            servers.stream().mapToInt(GrpcServer::port).toArray())
        .route("calls", new JsonObject().put("destination", new JsonArray().add("{header:x-key}")))
        .start();
    List<ManagedChannel> channels = new ArrayList<>();
    try {
      for (int i = 0; i < 4; i++) {
        channels.add(NettyChannelBuilder.forAddress("127.0.0.1", gateway.port())
            .usePlaintext()
            .build());
      }
      for (int round = 0; round < ROUNDS; round++) {
        boolean hasKill = round % 2 == 1;
        makeCalls(channels, CALLS / ROUNDS, hasKill);
        gateway.awaitIdle();
        countHeld(channels);
      }
      System.out.println("GrpcRandomIT: " + seen);
      assertThat(seen.keySet())
          .contains(Code.OK, Code.CANCELLED, Code.DEADLINE_EXCEEDED, Code.FAILED_PRECONDITION);
    } finally {
      for (ManagedChannel each : channels) {
        each.shutdownNow().awaitTermination(10, SECONDS);
      }
      gateway.awaitIdle();
      gateway.stop();
      for (GrpcServer each : servers) {
        each.close();
      }
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // its end is waited for below
  private void makeCalls(List<ManagedChannel> channels, int count, boolean hasKill)
      throws Exception {
    Semaphore places = new Semaphore(AT_ONCE);
    List<Made> made = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      assertThat(places.tryAcquire(20, SECONDS))
          .as("a call ends; seed %d", seed)
          .isTrue();
      Made one = make(channels.get(random.nextInt(channels.size())));
      one.call.status.whenComplete((status, none) -> places.release());
      made.add(one);
      if (hasKill && i == count / 2) {
        int which = random.nextInt(servers.size());
        GrpcServer killed = servers.get(which);
        killed.close();
        servers.set(which, new GrpcServer(killed.port(), 20));
      }
    }
    for (Made each : made) {
      check(each, hasKill);
    }
  }

  private Made make(ManagedChannel channel) throws InterruptedException {
    MethodType kind = KINDS.get(random.nextInt(KINDS.size()));
    End end = random.nextInt(10) < 6 ? End.ITS_OWN : End.values()[random.nextInt(4)];
    int messages = 1 + random.nextInt(10);
    int size = random.nextInt(4) == 0 ? random.nextInt(100_000) : random.nextInt(2_000);
    List<String> metadata = new ArrayList<>(List.of("x-key", "key " + random.nextInt(20)));
    CallOptions options = CallOptions.DEFAULT;
    if (kind == MethodType.SERVER_STREAMING) {
      metadata.addAll(List.of("x-count", String.valueOf(messages), "x-size", "" + size));
    }
    if (end == End.FAILURE) {
      metadata.addAll(List.of("x-fail", String.valueOf(Code.FAILED_PRECONDITION.value())));
    } else if (end == End.DEADLINE) {
      options = options.withDeadlineAfter(1 + random.nextInt(100), MILLISECONDS);
      metadata.addAll(List.of("x-hold", "1"));
    } else if (end == End.CANCELLED && random.nextBoolean()) {
      metadata.addAll(List.of("x-hold", "1"));
    }
    GrpcCall call = new GrpcCall(
        channel, GrpcMethods.of("calls", kind), options, metadata.toArray(String[]::new));
    boolean sendsMany = kind == MethodType.CLIENT_STREAMING || kind == MethodType.BIDI_STREAMING;
    int toSend = sendsMany ? messages : 1;
    int cancelAt = end == End.CANCELLED ? random.nextInt(toSend + 1) : -1;
    for (int i = 0; i < toSend && i != cancelAt; i++) {
      call.send(new byte[size]);
    }
    if (end == End.CANCELLED) {
      if (random.nextBoolean()) {
        MILLISECONDS.sleep(
            random.nextInt(3)); // so that some calls have begun: any outcome is right
      }
      call.cancel();
    } else {
      call.end();
    }
    boolean answersMany = kind == MethodType.SERVER_STREAMING || kind == MethodType.BIDI_STREAMING;
    return new Made(call, end, answersMany ? messages : 1);
  }

  private void check(Made made, boolean hasKill) throws Exception {
    Status status = made.call.await();
    seen.merge(status.getCode(), 1, Integer::sum);
    Set<Code> right = switch (made.end) {
      case ITS_OWN -> EnumSet.of(Code.OK);
      case FAILURE -> EnumSet.of(Code.FAILED_PRECONDITION);
      case DEADLINE -> EnumSet.of(Code.DEADLINE_EXCEEDED);
      case CANCELLED -> EnumSet.of(Code.CANCELLED, Code.OK);
    };
    if (hasKill) {
      right.add(Code.UNAVAILABLE);
    }
    assertThat(right).as("%s, seed %d", status, seed).contains(status.getCode());
    if (status.isOk() && made.end == End.ITS_OWN) {
      assertThat(made.call.messages).as("seed %d", seed).hasSize(made.answers);
    }
  }

  /** Counts calls that wait for each other: their number, and that of the gateway, are the same at any look. */
  private void countHeld(List<ManagedChannel> channels) throws Exception {
    List<GrpcCall> held = new ArrayList<>();
    int count = 1 + random.nextInt(30);
    for (int i = 0; i < count; i++) {
      GrpcCall call = new GrpcCall(
          channels.get(i % channels.size()),
          GrpcMethods.of("calls", MethodType.BIDI_STREAMING),
          CallOptions.DEFAULT,
          "x-key",
          "key " + random.nextInt(20));
      call.send(new byte[1]);
      call.next();
      held.add(call);
      assertThat(gateway.active("calls")).as("seed %d", seed).isEqualTo(i + 1);
    }
    for (int i = count - 1; i >= 0; i--) {
      if (random.nextBoolean()) {
        assertThat(held.get(i).end().await().isOk()).as("seed %d", seed).isTrue();
      } else {
        held.get(i).cancel();
      }
      int left = i;
      Eventually.holds(left + " are left", () -> gateway.active("calls") == left);
    }
    assertThat(servers).as("seed %d", seed).allMatch(each -> each.active.get() >= 0);
  }
}
