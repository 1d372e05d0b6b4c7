package dev.lblc.plugin;

import dev.lblc.discovery.Names;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.Servers;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of one service's servers: their addresses are kept up to date while the servers are there.
 *
 * <p>May be used from any thread.
 */
final class NameWatch implements Servers.Listener {
  private final Names names;
  private final Servers servers;
  private final Map<Server, Runnable> watched = new HashMap<>(); // guarded by this

  private NameWatch(Names names, Servers servers) {
    this.names = names;
    this.servers = servers;
  }

  /** Starts with the servers that are there, and follows those that come and go. */
  static NameWatch start(Names names, Servers servers) {
    NameWatch watch = new NameWatch(names, servers);
    servers.listen(watch);
    return watch;
  }

  /** Completes once each name of a server that is there now has an address, or was asked for in vain. */
  Future<Void> asked() {
    List<Future<Void>> all = new ArrayList<>();
    for (Server server : servers.list()) {
      Promise<Void> asked = Promise.promise();
      names.host(server.host()).whenKnown(addresses -> asked.complete());
      all.add(asked.future());
    }
    return Future.join(all).mapEmpty();
  }

  @Override
  public synchronized void adding(Server server, ServerSpec spec) {
    end(watched.put(server, names.watch(spec.host())));
  }

  @Override
  public synchronized void removed(Server server) {
    end(watched.remove(server));
  }

  /** Ends it. */
  void stop() {
    servers.unlisten(this);
    synchronized (this) {
      watched.values().forEach(Runnable::run);
      watched.clear();
    }
  }

  private static void end(@Nullable Runnable watch) {
    if (watch != null) {
      watch.run();
    }
  }
}
