package dev.lblc.discovery;

import dev.lblc.config.DiscoveryConfig;
import dev.lblc.config.DiscoveryConfig.Records;
import dev.lblc.discovery.Resolver.Family;
import dev.lblc.scheduler.ServerSpec;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The servers of one service that name servers tell of: asked for again and again until {@link #close}. May be used from any
 * thread; no method waits.
 */
public final class Discovery {
  private final NameLoop loop;
  private final Promise<Void> first = Promise.promise();
  private final Repeated<List<ServerSpec>> question;

  private Discovery(
      NameLoop loop, String service, DiscoveryConfig config, Consumer<List<ServerSpec>> found) {
    this.loop = loop;
    this.question = new Repeated<>(
        loop,
        "service " + service + ": discovery of " + config.dns(),
        config.refresh(),
        question(config),
        Repeated.named(ServerSpec::id),
        found,
        first::tryComplete);
  }

  /** Starts asking. */
  static Discovery start(
      NameLoop loop, String service, DiscoveryConfig config, Consumer<List<ServerSpec>> found) {
    Discovery discovery = new Discovery(loop, service, config, found);
    loop.use();
    discovery.question.start();
    return discovery;
  }

  /** Completes after the first answer, good or bad, or with {@link #close}. */
  public Future<Void> answered() {
    return first.future();
  }

  /** Ends it, once. A list that is being told may still come. */
  public void close() {
    question.close();
    loop.leave();
    first.tryComplete();
  }

  private static Repeated.Question<List<ServerSpec>> question(DiscoveryConfig config) {
    if (config.records() == Records.SRV) {
      return new ServiceRecords(config);
    }
    Families names = new Families(config.dns(), families(config.records()));
    return (resolver, then) -> names.ask(resolver, found -> {
      List<InetAddress> addresses = found.value();
      then.accept(new Repeated.Found<>(
          addresses == null
              ? null
              : addresses.stream()
                  .map(address -> Specs.of(address, config.port(), config.weight(), config.max()))
                  .toList(),
          found.ttlSeconds(),
          found.problem()));
    });
  }

  private static Set<Family> families(Records records) {
    return switch (records) {
      case A -> EnumSet.of(Family.IPV4);
      case AAAA -> EnumSet.of(Family.IPV6);
      case BOTH, SRV -> EnumSet.allOf(Family.class);
    };
  }
}
