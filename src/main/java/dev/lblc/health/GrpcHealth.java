package dev.lblc.health;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The health protocol of gRPC: one call with a message of one field, and an answer of one field. Source:
 * https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
final class GrpcHealth {
  private static final String PATH = "/grpc.health.v1.Health/Check";
  private static final int PREFIX = 5;

  /** Of field 1: a string in the question, a number in the answer. */
  private static final int STRING_1 = 1 << 3 | 2;

  private static final int NUMBER_1 = 1 << 3;

  private static final String[] STATES = {"UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"};
  private static final String SERVING = STATES[1];

  private GrpcHealth() {}

  /** Returns the call; an empty name stands for the server as a whole. */
  static FullHttpRequest request(String service, String host) {
    byte[] name = service.getBytes(StandardCharsets.US_ASCII);
    int length = name.length == 0 ? 0 : 2 + name.length;
    ByteBuf message = Unpooled.buffer(PREFIX + length).writeByte(0).writeInt(length);
    if (length > 0) {
      message.writeByte(STRING_1).writeByte(name.length).writeBytes(name);
    }
    FullHttpRequest call =
        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, PATH, message);
    call.headers()
        .set(HttpHeaderNames.HOST, host)
        .set(HttpHeaderNames.CONTENT_TYPE, "application/grpc")
        .set(HttpHeaderNames.TE, "trailers");
    return call;
  }

  /** Returns whether an answer, in the words of {@link #answer}, passes. */
  static boolean isServing(String answer) {
    return answer.equals("answered " + SERVING);
  }

  /**
   * Returns what a server has answered.
   *
   * @param status of the call; null: it has none
   * @param body messages with their prefixes
   */
  static String answer(@Nullable String status, byte[] body) {
    if (status == null) {
      return "answered without a grpc-status";
    }
    if (!status.equals("0")) {
      return "answered grpc-status " + status;
    }
    String state = state(body);
    return state == null ? "answered something else than a state" : "answered " + state;
  }

  /** Reads the only field that is known; null: there is something else. A message without it says 0. */
  private static @Nullable String state(byte[] body) {
    if (body.length == PREFIX && isPrefix(body, 0)) {
      return STATES[0];
    }
    boolean isOne = body.length == PREFIX + 2
        && isPrefix(body, 2)
        && body[PREFIX] == NUMBER_1
        && body[PREFIX + 1] >= 0
        && body[PREFIX + 1] < STATES.length;
    return isOne ? STATES[body[PREFIX + 1]] : null;
  }

  private static boolean isPrefix(byte[] body, int length) {
    return body[0] == 0 && body[1] == 0 && body[2] == 0 && body[3] == 0 && body[4] == length;
  }
}
