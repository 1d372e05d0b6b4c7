package dev.lblc.discovery;

import dev.lblc.config.Authority;
import dev.lblc.scheduler.ServerSpec;
import io.netty.util.NetUtil;
import java.net.InetAddress;

/** The servers made of what was found. */
final class Specs {
  private Specs() {}

  /** Returns the server at an address: its id is {@code address:port}, so that it is the same one each time that it is found. */
  static ServerSpec of(InetAddress address, int port, int weight, int max) {
    String host = NetUtil.toAddressString(address);
    return new ServerSpec(Authority.of(host, port), host, port, weight, 0, 0, max);
  }
}
