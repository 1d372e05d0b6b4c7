package dev.lblc.discovery;

import dev.lblc.config.DiscoveryConfig;
import dev.lblc.config.DnsConfig;
import dev.lblc.discovery.Resolver.Family;
import dev.lblc.scheduler.ServerSpec;
import io.netty.util.NetUtil;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.LocalMap;
import io.vertx.core.shareddata.Shareable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The names of servers that one Vert.x instance uses.
 *
 * <p>A name that is {@link #watch watched} is asked for again and again in the background, so that whoever connects finds its
 * addresses here and waits for nobody. May be used from any thread; no method waits.
 */
public final class Names implements Shareable {
  private static final String REGISTRY = "dev.lblc.names";

  /** For the names of fixed servers: a time to live of 1 s is followed, and one of 0 floods no name server. */
  private static final Duration FLOOR = Duration.ofSeconds(1);

  private static final List<InetAddress> LOOPBACK = List.of(NetUtil.LOCALHOST4, NetUtil.LOCALHOST6);

  private static final Set<Family> BOTH = EnumSet.allOf(Family.class);

  private final NameLoop loop;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /**
   * A name. It is kept when nobody watches it any more: connections that are still open have its host, and another server
   * with that name has to get the same one.
   */
  private static final class Known {
    private final NamedHost host;
    private int watchers; // guarded by the names
    private @Nullable Repeated<List<InetAddress>> question; // guarded by the names

    Known(NamedHost host) {
      this.host = host;
    }
  }

  /** Without any name; questions are asked on a loop. */
  Names(NameLoop loop) {
    this.loop = loop;
  }

  /** Returns the names of a Vert.x instance. */
  public static Names of(Vertx vertx) {
    LocalMap<String, Names> registry = vertx.sharedData().getLocalMap(REGISTRY);
    return registry.computeIfAbsent(REGISTRY, key -> new Names(new NettyNameLoop()));
  }

  /** Asks these name servers from now on. */
  public void configure(DnsConfig config) {
    loop.configure(config);
  }

  /** Returns a host. If it is a name that nobody watches, it is asked for when somebody wants to know it. */
  public NamedHost host(String host) {
    InetAddress address = address(host);
    if (address != null) {
      return new NamedHost(address);
    }
    return known(host).host;
  }

  /**
   * Has the addresses of a host known from now on. There is nothing to do for an address and for {@code localhost}.
   *
   * @return ends it; to be run once
   */
  public Runnable watch(String host) {
    if (isFixed(host)) {
      return () -> {};
    }
    synchronized (this) {
      Known name = known(host);
      name.watchers++;
      if (name.watchers == 1) {
        loop.use();
        name.host.asking();
        Repeated<List<InetAddress>> question = new Repeated<>(
            loop,
            "name " + host,
            FLOOR,
            new Families(host, BOTH),
            Repeated.named(NetUtil::toAddressString),
            name.host::found,
            name.host::asked);
        name.question = question;
        question.start();
      }
      return () -> unwatch(name);
    }
  }

  /**
   * Starts discovering servers.
   *
   * @param service name, for the log
   * @param found is told of each list that is not the one before, on any thread; it must not wait
   */
  public Discovery discover(
      String service, DiscoveryConfig config, Consumer<List<ServerSpec>> found) {
    return Discovery.start(loop, service, config, found);
  }

  private synchronized void unwatch(Known name) {
    name.watchers--;
    Repeated<List<InetAddress>> question = name.question;
    if (name.watchers == 0 && question != null) {
      question.close();
      name.question = null;
      name.host.asked();
      loop.leave();
    }
  }

  private Known known(String host) {
    return known.computeIfAbsent(host.toLowerCase(Locale.ROOT), name -> {
      NamedHost made = new NamedHost(name, this::askOnce);
      if (isLocalhost(name)) {
        made.found(LOOPBACK);
      }
      return new Known(made);
    });
  }

  /** Returns whether nobody needs to be asked for a host: it is an address, or {@code localhost} (RFC 6761). */
  private static boolean isFixed(String host) {
    return isLocalhost(host) || address(host) != null;
  }

  private static boolean isLocalhost(String host) {
    return host.equalsIgnoreCase("localhost");
  }

  private void askOnce(NamedHost host) {
    loop.use();
    Families question = new Families(host.name(), BOTH);
    loop.execute(() -> question.ask(loop.resolver(), answer -> {
      List<InetAddress> addresses = answer.value();
      if (addresses != null) {
        host.found(addresses);
      }
      host.asked();
      loop.leave();
    }));
  }

  private static @Nullable InetAddress address(String host) {
    byte[] octets = NetUtil.createByteArrayFromIpAddressString(host);
    try {
      return octets == null ? null : InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(host, e);
    }
  }
}
