package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** A call of gRPC as a client makes it. Its answers are taken as they come, unless it is to ask for each. */
final class GrpcCall extends ClientCall.Listener<byte[]> {
  private static final int ALL = Integer.MAX_VALUE;

  final CompletableFuture<Metadata> headers = new CompletableFuture<>();
  final CompletableFuture<Status> status = new CompletableFuture<>();
  final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();

  private final ClientCall<byte[], byte[]> call;
  private volatile Metadata trailers = new Metadata();

  /** Begins a call; the metadata are names and values in turn. */
  GrpcCall(
      Channel channel,
      MethodDescriptor<byte[], byte[]> method,
      CallOptions options,
      String... metadata) {
    this(channel, method, options, ALL, metadata);
  }

  /** The same, taking so many messages until more are asked for. */
  GrpcCall(
      Channel channel,
      MethodDescriptor<byte[], byte[]> method,
      CallOptions options,
      int messages,
      String... metadata) {
    call = channel.newCall(method, options);
    Metadata given = new Metadata();
    for (int i = 0; i < metadata.length; i += 2) {
      if (metadata[i].endsWith("-bin")) {
        given.put(
            GrpcMethods.bytes(metadata[i]), metadata[i + 1].getBytes(StandardCharsets.ISO_8859_1));
      } else {
        given.put(GrpcMethods.text(metadata[i]), metadata[i + 1]);
      }
    }
    call.start(this, given);
    call.request(messages);
  }

  GrpcCall send(byte[] message) {
    call.sendMessage(message);
    return this;
  }

  /** Ends the client's side. */
  GrpcCall end() {
    call.halfClose();
    return this;
  }

  /** Sends the only message. */
  GrpcCall only(byte[] message) {
    return send(message).end();
  }

  void request(int count) {
    call.request(count);
  }

  void cancel() {
    call.cancel("the test wants so", null);
  }

  Metadata awaitHeaders() throws Exception {
    return headers.get(20, SECONDS);
  }

  Status await() throws Exception {
    return status.get(20, SECONDS);
  }

  /** Returns the next message. */
  byte[] next() throws Exception {
    byte[] message = messages.poll(20, SECONDS);
    if (message == null) {
      throw new AssertionError("no message; status " + status.getNow(null));
    }
    return message;
  }

  Metadata trailers() {
    return trailers;
  }

  @Override
  public void onHeaders(Metadata came) {
    headers.complete(came);
  }

  @Override
  public void onMessage(byte[] message) {
    messages.add(message);
  }

  @Override
  public void onClose(Status ended, @Nullable Metadata behind) {
    trailers = behind == null ? new Metadata() : behind;
    headers.completeExceptionally(new IllegalStateException("ended: " + ended));
    status.complete(ended);
  }
}
