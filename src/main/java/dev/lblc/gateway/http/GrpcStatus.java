package dev.lblc.gateway.http;

import dev.lblc.gateway.route.BodyType;

/**
 * The status codes of gRPC for the gateway's own answers, which clients of gRPC look for in place of HTTP's. Source:
 * https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md, but for time-outs, which the gateway can tell.
 */
public final class GrpcStatus {
  private static final int UNKNOWN = 2;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int UNIMPLEMENTED = 12;
  private static final int INTERNAL = 13;
  private static final int UNAVAILABLE = 14;

  private GrpcStatus() {}

  /** Returns whether a request is a call of gRPC. */
  public static boolean isGrpc(RequestHead head) {
    return BodyType.isGrpc(head.header("content-type"));
  }

  /** Returns the code for a status of HTTP that the gateway answers with. */
  public static int of(int status) {
    return switch (status) {
      case 404, 501 -> UNIMPLEMENTED;
      case 408, 504 -> DEADLINE_EXCEEDED;
      case 413, 414, 431 -> RESOURCE_EXHAUSTED;
      case 400, 500 -> INTERNAL;
      case 502, 503 -> UNAVAILABLE;
      default -> UNKNOWN;
    };
  }
}
