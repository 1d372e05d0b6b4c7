package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;

import dev.lblc.testing.SelfSigned;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A server of gRPC-Java, which has the {@link GrpcMethods} of every service. A call's metadata say what it does beside the echo:
 *
 * <pre>
 *   x-echo, x-echo-bin   are sent back as headers and as trailers
 *   x-fail               the status at the end
 *   x-hold               no answer at all, not even headers
 *   x-count, x-size      how many messages a stream of the server has, and how large they are
 * </pre>
 */
final class GrpcServer implements AutoCloseable {
  static final int MOST_MESSAGE = 64 << 20;

  final AtomicInteger begun = new AtomicInteger();
  final AtomicInteger cancelled = new AtomicInteger();
  final AtomicInteger active = new AtomicInteger();

  /** Kept, so that its level is: of streams that end before their last write the server warns. */
  private static final Logger LOG = Logger.getLogger("io.grpc");

  private final Server server;
  private final int port;
  private volatile byte @Nullable [] health = {8, 1};
  private volatile byte @Nullable [] asked;

  /** On any port, with any number of calls at once. */
  GrpcServer() throws IOException {
    this(0, Integer.MAX_VALUE);
  }

  /** On a port; a connection takes so many calls at once. */
  GrpcServer(int wanted, int mostCalls) throws IOException {
    this(wanted, mostCalls, null);
  }

  /** The same, with TLS by that certificate; null: without. */
  GrpcServer(int wanted, int mostCalls, @Nullable SelfSigned tls) throws IOException {
    LOG.setLevel(Level.SEVERE);
    NettyServerBuilder builder = NettyServerBuilder.forAddress(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted));
    if (tls != null) {
      builder.useTransportSecurity(tls.certificate().toFile(), tls.key().toFile());
    }
    server = builder
        .maxConcurrentCallsPerConnection(mostCalls)
        .maxInboundMessageSize(MOST_MESSAGE)
        .fallbackHandlerRegistry(new HandlerRegistry() {
          @Override
          public ServerMethodDefinition<?, ?> lookupMethod(
              String name, @Nullable String authority) {
            return method(name);
          }
        })
        .build()
        .start();
    this.port = server.getPort();
  }

  /** Answers checks of the health protocol with these bytes from now on; null: with an error. */
  void health(byte @Nullable [] answer) {
    health = answer;
  }

  /** Returns the question of the last check. */
  byte @Nullable [] asked() {
    return asked;
  }

  private ServerMethodDefinition<byte[], byte[]> method(String name) {
    if (name.startsWith("grpc.health.v1.Health/")) {
      return ServerMethodDefinition.create(
          GrpcMethods.of(name.substring(0, name.indexOf('/')), MethodType.UNARY), (call, given) -> {
            call.request(1);
            return new HealthCall(call);
          });
    }
    MethodDescriptor<byte[], byte[]> method = GrpcMethods.of(
        String.valueOf(MethodDescriptor.extractFullServiceName(name)),
        MethodType.valueOf(MethodDescriptor.extractBareMethodName(name)));
    ServerCallHandler<byte[], byte[]> handler = Session::new;
    return ServerMethodDefinition.create(method, handler);
  }

  int port() {
    return port;
  }

  /** Takes no more calls, says so, and ends with the last that it has. */
  void leave() {
    server.shutdown();
  }

  boolean isEnded() {
    return server.isTerminated();
  }

  /** Ends with all its calls. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(10, SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException("the test is being ended", e);
    }
  }

  /** One check. */
  private final class HealthCall extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;

    HealthCall(ServerCall<byte[], byte[]> call) {
      this.call = call;
    }

    @Override
    public void onMessage(byte[] message) {
      asked = message;
    }

    @Override
    public void onHalfClose() {
      byte[] answer = health;
      if (answer == null) {
        call.close(Status.UNIMPLEMENTED, new Metadata());
      } else {
        call.sendHeaders(new Metadata());
        call.sendMessage(answer);
        call.close(Status.OK, new Metadata());
      }
    }
  }

  /** One call. */
  private final class Session extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> call;
    private final Metadata given;
    private final MethodType type;
    private final boolean isHeld;
    private byte[] last = {};
    private long total;
    private int sent;
    private boolean isStreaming;

    Session(ServerCall<byte[], byte[]> call, Metadata given) {
      this.call = call;
      this.given = given;
      this.type = call.getMethodDescriptor().getType();
      this.isHeld = given.containsKey(GrpcMethods.text("x-hold"));
      begun.incrementAndGet();
      active.incrementAndGet();
      if (!isHeld) {
        call.sendHeaders(echoed());
      }
      call.request(1);
    }

    private Metadata echoed() {
      Metadata metadata = new Metadata();
      String text = given.get(GrpcMethods.text("x-echo"));
      byte[] bytes = given.get(GrpcMethods.bytes("x-echo-bin"));
      if (text != null) {
        metadata.put(GrpcMethods.text("x-echo"), text);
      }
      if (bytes != null) {
        metadata.put(GrpcMethods.bytes("x-echo-bin"), bytes);
      }
      return metadata;
    }

    private int number(String name, int otherwise) {
      String text = given.get(GrpcMethods.text(name));
      return text == null ? otherwise : Integer.parseInt(text);
    }

    @Override
    public void onMessage(byte[] message) {
      last = message;
      total += message.length;
      if (type == MethodType.BIDI_STREAMING && !isHeld) {
        call.sendMessage(message);
      }
      call.request(1);
    }

    @Override
    public void onHalfClose() {
      if (isHeld) {
        return;
      }
      if (given.containsKey(GrpcMethods.text("x-fail"))) {
        end();
        return;
      }
      switch (type) {
        case UNARY -> call.sendMessage(last);
        case CLIENT_STREAMING ->
          call.sendMessage(Long.toString(total).getBytes(StandardCharsets.US_ASCII));
        default -> {}
      }
      if (type == MethodType.SERVER_STREAMING) {
        isStreaming = true;
        onReady();
      } else {
        end();
      }
    }

    @Override
    public void onReady() {
      while (isStreaming && call.isReady()) {
        if (sent == number("x-count", 1)) {
          isStreaming = false;
          end();
        } else {
          sent++;
          call.sendMessage(new byte[number("x-size", 1)]);
        }
      }
    }

    private void end() {
      Status status = Status.fromCodeValue(number("x-fail", 0));
      call.close(status.isOk() ? status : status.withDescription("50% är fel"), echoed());
    }

    @Override
    public void onCancel() {
      cancelled.incrementAndGet();
      active.decrementAndGet();
    }

    @Override
    public void onComplete() {
      active.decrementAndGet();
    }
  }
}
