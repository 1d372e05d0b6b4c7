package dev.lblc.admin;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request, of a bounded size, which has to come within a bounded time.
 *
 * <p>Used on the event loop of its request.
 */
final class RequestBody {
  /** The longest body that is text, in bytes. */
  static final int MOST_BYTES = 16 * 1_024;

  /** The time in which a body has to come. */
  static final long MOST_MILLIS = 10_000;

  private static final long LINGER_MILLIS = 1_000;
  private static final Pattern CHARSET =
      Pattern.compile("\\s*;\\s*charset\\s*=\\s*\"?utf-8\"?\\s*", Pattern.CASE_INSENSITIVE);

  private final Vertx vertx;
  private final HttpServerRequest request;
  private final int mostBytes;
  private final Consumer<byte[]> receiver;
  private final Buffer received = Buffer.buffer();
  private boolean isOver;
  private long timer;

  private RequestBody(
      Vertx vertx, HttpServerRequest request, int mostBytes, Consumer<byte[]> receiver) {
    this.vertx = vertx;
    this.request = request;
    this.mostBytes = mostBytes;
    this.receiver = receiver;
  }

  /**
   * Reads a body. A body that cannot be used is answered with 400, 408, 413 or 415.
   *
   * @param types media types in lower case, one of which it has to have
   * @param mostMillis in which it has to come
   * @param receiver gets the text, empty if there is no body; what it throws becomes the answer
   */
  static void read(
      Vertx vertx,
      HttpServerRequest request,
      List<String> types,
      long mostMillis,
      Consumer<String> receiver) {
    readOctets(vertx, request, types, mostMillis, MOST_BYTES, body -> receiver.accept(text(body)));
  }

  /** Reads a body of any octets, at most so many, as {@link #read} does. */
  static void readOctets(
      Vertx vertx,
      HttpServerRequest request,
      List<String> types,
      long mostMillis,
      int mostBytes,
      Consumer<byte[]> receiver) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean hasBody = (length != null && !length.equals("0"))
        || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
    if (hasBody) {
      requireType(request, types);
    }
    new RequestBody(vertx, request, mostBytes, receiver).start(mostMillis);
  }

  private void start(long mostMillis) {
    timer = vertx.setTimer(
        mostMillis,
        late -> end(new ProblemException(
            408, "the body of the request did not come within " + mostMillis + " ms")));
    request.exceptionHandler(failure -> end(null)); // the client has left
    request.handler(this::received);
    request.endHandler(end -> received());
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
  }

  private void received(Buffer piece) {
    if (isOver) {
      return;
    }
    if (received.length() + piece.length() > mostBytes) {
      end(new ProblemException(
          413, "the body of the request is larger than " + mostBytes + " bytes"));
      return;
    }
    received.appendBuffer(piece);
  }

  private void received() {
    if (!isOver) {
      end(null);
      Answering.step(request, () -> receiver.accept(received.getBytes()));
    }
  }

  /** Takes no more. After a problem the connection is of no use: what the client still sends would be the next request. */
  private void end(@Nullable ProblemException problem) {
    if (isOver) {
      return;
    }
    isOver = true;
    vertx.cancelTimer(timer);
    if (problem != null) {
      Answering.fail(request, problem);
      // A client that is still sending may see the answer only if its bytes are taken for a while.
      long unused = vertx.setTimer(LINGER_MILLIS, done -> closeUnlessComplete());
    }
  }

  private void closeUnlessComplete() {
    if (!request.isEnded()) {
      Future<Void> unused = request.connection().close();
    }
  }

  private static String text(byte[] octets) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(octets)).toString();
    } catch (CharacterCodingException e) {
      throw new ProblemException(400, "the body of the request is not UTF-8");
    }
  }

  private static void requireType(HttpServerRequest request, List<String> types) {
    String given = request.getHeader(HttpHeaders.CONTENT_TYPE);
    String coding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
    int end = given == null ? -1 : given.indexOf(';');
    String type = given == null ? "" : end < 0 ? given : given.substring(0, end);
    boolean isUtf8 =
        given == null || end < 0 || CHARSET.matcher(given.substring(end)).matches();
    if (!types.contains(type.strip().toLowerCase(Locale.ROOT)) || !isUtf8) {
      throw new ProblemException(
          415,
          "Content-Type: " + (given == null ? "missing" : given) + " (expected: "
              + String.join(" or ", types) + ")");
    }
    if (coding != null && !coding.equalsIgnoreCase("identity")) {
      throw new ProblemException(415, "Content-Encoding: " + coding + " (expected: none)");
    }
  }
}
