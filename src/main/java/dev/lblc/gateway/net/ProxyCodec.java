package dev.lblc.gateway.net;

/** Netty's codec of the PROXY protocol, which need not be on the class path where that is not used. */
public final class ProxyCodec {
  private ProxyCodec() {}

  /** Throws an {@link IllegalStateException} that names the listener if the codec is not there. */
  public static void require(String listener) {
    try {
      Class.forName("io.netty.handler.codec.haproxy.HAProxyMessageDecoder");
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(
          "listener " + listener + ": proxyProtocol needs netty-codec-haproxy on the class path",
          e);
    }
  }
}
