package dev.lblc.scheduler;

/** One upstream of a service, with its live state. */
public final class Server {
  private final ServerSpec spec;

  Server(ServerSpec spec) {
    this.spec = spec;
  }

  /** Name of the server, unique in its service. */
  public String id() {
    return spec.id();
  }

  /** Name or address that connections go to. */
  public String host() {
    return spec.host();
  }

  /** TCP port that connections go to. */
  public int port() {
    return spec.port();
  }
}
