package dev.lblc.discovery;

import java.net.InetAddress;
import java.util.function.Consumer;

/**
 * The source of answers. Confined to the thread of names, where it also calls back: once for each question, never within the
 * call.
 */
interface Resolver {
  /** A family of addresses. */
  enum Family {
    IPV4,
    IPV6
  }

  /** Asks for the addresses of a name. */
  void addresses(String name, Family family, Consumer<Answer<InetAddress>> then);

  /** Asks for the SRV records of a name. */
  void targets(String name, Consumer<Answer<Target>> then);
}
