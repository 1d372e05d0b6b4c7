package dev.lblc.gateway.route;

import org.jspecify.annotations.Nullable;

/** What the head of a request says of its body, as far as it decides whether the body is looked at. */
public final class BodyType {
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String GRPC = "application/grpc";

  private BodyType() {}

  /**
   * Returns whether a body can be read: it is not compressed, and no stream of messages.
   *
   * @param coding its Content-Encoding; null: none
   * @param type its Content-Type; null: none
   */
  public static boolean isReadable(@Nullable String coding, @Nullable String type) {
    return (coding == null || coding.trim().equalsIgnoreCase("identity")) && !isGrpc(type);
  }

  /** Returns whether a body of that Content-Type is a form. */
  public static boolean isForm(@Nullable String type) {
    return type != null && type.regionMatches(true, 0, FORM, 0, FORM.length());
  }

  /** Returns whether a body of that Content-Type is a stream of messages of gRPC. */
  public static boolean isGrpc(@Nullable String type) {
    return type != null
        && type.regionMatches(true, 0, GRPC, 0, GRPC.length())
        && (type.length() == GRPC.length() || "+; ".indexOf(type.charAt(GRPC.length())) >= 0);
  }
}
