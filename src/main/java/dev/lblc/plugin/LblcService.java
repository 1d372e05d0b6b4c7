package dev.lblc.plugin;

import dev.lblc.PublicApi;
import dev.lblc.scheduler.Demand;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.ServerEdit;
import io.vertx.core.Future;
import io.vertx.core.net.endpoint.LoadBalancer;
import io.vertx.httpproxy.OriginRequestProvider;
import io.vertx.httpproxy.ProxyContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A service as an application sees it: ask it for a server, look at its state.
 *
 * <p>Every method may be called from any thread and returns without waiting. Not to be implemented by applications.
 */
@PublicApi
public interface LblcService {
  /** Returns the service's name in the configuration. */
  String name();

  /**
   * Chooses the server for a destination and counts one active connection to it until the lease is closed.
   *
   * @param destination the key of locality; null: none, a weighted least-connection choice that is not remembered. One of
   *     more than 256 bytes is remembered by its SHA-256
   * @return a lease that the caller closes, on every way out
   * @throws NoServerException if no server is available; nothing is counted then
   */
  default Lease acquire(@Nullable String destination) {
    return acquire(destination, Set.of());
  }

  /**
   * Chooses as {@link #acquire(String)} does, for another try: by a fresh pass over the servers that are not named. The destination's
   * home stays what it is. It counts as a decision of its own, with reason {@code unavailable}.
   *
   * @param destination the key of locality, or null; not looked at unless {@code except} is empty
   * @param except ids of servers to leave out; empty: an ordinary choice
   * @return a lease that the caller closes, on every way out
   * @throws NoServerException if no other server is available
   */
  default Lease acquire(@Nullable String destination, Set<String> except) {
    return acquire(destination, except, Facts.NONE);
  }

  /**
   * Chooses as {@link #acquire(String, Set)} does.
   *
   * @param facts what the strategy sees of the request; not looked at unless {@code except} is empty
   */
  Lease acquire(@Nullable String destination, Set<String> except, Facts facts);

  /**
   * Chooses as {@link #acquire(String, Set)} does for a caller that can wait: if the service has a {@code queue}, a server that is
   * {@link dev.lblc.scheduler.Server#full full} is waited for, in the order of those who wait on this node.
   *
   * @param destination the key of locality, or null; not looked at unless {@code except} is empty
   * @param except ids of servers to leave out; empty: an ordinary choice
   * @return a place whose lease is there already if there is nothing to wait for, as ever without a {@code queue}
   */
  default Turn acquireInTurn(@Nullable String destination, Set<String> except) {
    return acquireInTurn(destination, except, Facts.NONE);
  }

  /**
   * Chooses as {@link #acquireInTurn(String, Set)} does.
   *
   * @param facts what the strategy sees of the request; not looked at unless {@code except} is empty
   */
  Turn acquireInTurn(@Nullable String destination, Set<String> except, Facts facts);

  /** Returns whether the service has a {@code queue}. */
  boolean hasQueue();

  /**
   * Returns the service as a load balancer for {@link io.vertx.core.http.HttpClientBuilder#withLoadBalancer}. The destination is the
   * request's routing key; without one it is a weighted least-connection choice.
   *
   * <p>Endpoints of the client's address resolver are the service's servers by host and port; weights are the
   * configuration's. An endpoint that is no server of the service is never chosen. May serve any number of clients; a
   * request counts as active until its response has ended or failed; an HTTP/2 request that is reset on Vert.x 5.1, which does
   * not report it, until its objects are collected.
   */
  LoadBalancer loadBalancer();

  /**
   * Returns the service as the origin of a proxy of vertx-http-proxy, which must be on the class path. A proxied request counts as
   * active until its response has ended or failed, a WebSocket until it is closed. A server that does not take the connection
   * is passed over once.
   *
   * @param destination makes the destination of a request; null: none. Called on the request's event loop
   * @return fails requests with a {@link NoServerException}, which the proxy answers with 502
   */
  OriginRequestProvider originRequestProvider(Function<ProxyContext, @Nullable String> destination);

  /** Returns a snapshot of the servers with their loads, and of what was decided so far. */
  ServiceStatus status();

  /** Returns how often each reason was given since the start; every reason has a value. Cheaper than {@link #status}. */
  Map<Reason, Long> decisions();

  /**
   * Returns how often the service is asked for servers, and for which destinations most.
   *
   * @param limit so many destinations at most, 0 or more; 128 are known
   */
  Demand demand(int limit);

  /** Returns which server {@link #acquire(String)} would choose now, and why; changes nothing. */
  Explanation explain(@Nullable String destination);

  /**
   * Returns a page of the destination table, in an order of its own that stays the same between calls.
   *
   * @param limit at most so many, 1 or more
   * @param after the last destination of the page before, whether or not it is still there; null: from the start
   */
  List<DestinationStatus> destinations(int limit, @Nullable String after);

  /** Returns one destination of the table; null if it is not there. Not a use: it does not keep the entry alive. */
  @Nullable
  DestinationStatus destination(String destination);

  /**
   * Changes the servers while requests go on; in a cluster, those of all nodes, and of nodes that join later. An edit holds
   * until the configuration changes that server; a configuration that says what the edit made of it takes the edit over. On a
   * node on its own edits end with the deployment.
   *
   * @return complete, in a cluster on the caller's context, once it holds on this node; other nodes follow within a second.
   *     Fails, and nothing was changed, with an {@link IllegalArgumentException} if there is no such server, or to add,
   *     there is one, or a value is out of its range; with an {@link IllegalStateException} if the cluster does not answer
   *     in time, and then it may still take effect
   */
  default Future<Void> edit(ServerEdit edit) {
    return edit(edit, null);
  }

  /**
   * Changes the servers, as {@link #edit(ServerEdit)} does, if the server is still what the caller has seen.
   *
   * @param version of {@link ServiceStatus.ServerStatus}; null: whatever the server is by now
   * @return as of {@link #edit(ServerEdit)}; fails with a {@link dev.lblc.scheduler.EditConflictException}, and nothing was
   *     changed, if the server is another version by now
   */
  Future<Void> edit(ServerEdit edit, @Nullable String version);

  /**
   * Takes back all edits of a server, a drain included: it is again as the configuration and discovery say.
   *
   * @param server its id; it may be that of a server that an edit has removed
   * @param version as of {@link #edit(ServerEdit, String)}
   * @return as of {@link #edit(ServerEdit, String)}; fails with an {@link IllegalArgumentException} if the server is not edited
   */
  Future<Void> undoEdits(String server, @Nullable String version);

  /**
   * Removes a destination from the table; in a cluster, from those of all nodes. Its next request finds it a home anew.
   *
   * @return complete as of {@link #edit(ServerEdit)}: whether there was one. Fails with an {@link IllegalStateException} if the
   *     cluster does not answer in time
   */
  Future<Boolean> forget(String destination);

  /**
   * Removes all destinations that begin with a text, as {@link #forget} does. A destination of more than 256 bytes is remembered
   * by its SHA-256, and begins with that.
   *
   * @param prefix empty: all destinations
   * @return complete as of {@link #forget}, with how many there were
   */
  Future<Integer> forgetAll(String prefix);
}
