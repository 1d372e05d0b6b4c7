package dev.lblc.gateway.route;

import dev.lblc.config.DestinationTemplate;
import dev.lblc.config.HttpLimits;
import dev.lblc.config.HttpRouteConfig;
import dev.lblc.config.PoolConfig;
import dev.lblc.config.ServerHttp;
import dev.lblc.config.ServiceConfig;
import dev.lblc.gateway.count.ExchangeCounts;
import dev.lblc.plugin.LblcService;
import dev.lblc.tls.UpstreamTls;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP route, compiled: what is done with a request that takes it. Immutable, shared by all event loops.
 *
 * @param service chooses the server; null if and only if {@code redirect} is set
 * @param counts what is counted of its exchanges
 * @param keys gives the destination
 * @param body what the destination may need of the body; null: nothing
 * @param connectMillis limit on getting a connection
 * @param responseNanos limit from the request sent to the response head
 * @param idleNanos limit without a byte in either direction
 * @param tunnelNanos the same, once the protocol was switched
 * @param requestNanos limit on the whole exchange; {@link Long#MAX_VALUE}: none
 * @param bodyLimit bytes of a request's body; {@link HttpLimits#NONE}: any number
 * @param pool which connections to servers are kept
 * @param isHttp2 whether the servers speak HTTP/2
 * @param tls what connections to servers speak; null: clear text
 * @param retries how many other servers are tried after a failed connect
 * @param stripPrefix in normal form, without final slash; null: none
 * @param upgrade protocols that clients may switch to, in lower case
 * @param host what the server gets as Host
 * @param requestEdits edits of the headers to the server
 * @param responseEdits edits of the headers to the client
 * @param serverHeader tells the client which server was chosen; null: nothing does
 * @param requestId name of the header with the id of a request, in lower case; null: none
 * @param wanted what the service's strategy wants to see of requests; null: nothing
 * @param learning what is learned from answers; null: nothing
 * @param stickyCookie for clients without a destination; null: none
 * @param redirect null: forward
 */
public record Route(
    @Nullable LblcService service,
    ExchangeCounts counts,
    KeyCascade<RequestFacts> keys,
    @Nullable BodyNeeds body,
    long connectMillis,
    long responseNanos,
    long idleNanos,
    long tunnelNanos,
    long requestNanos,
    long bodyLimit,
    PoolConfig pool,
    boolean isHttp2,
    @Nullable UpstreamTls tls,
    int retries,
    @Nullable String stripPrefix,
    Set<String> upgrade,
    HttpRouteConfig.HostHeader host,
    HeaderEdits requestEdits,
    HeaderEdits responseEdits,
    @Nullable ServerHeader serverHeader,
    @Nullable AsciiString requestId,
    @Nullable WantedFacts wanted,
    @Nullable Learning learning,
    @Nullable StickyCookie stickyCookie,
    HttpRouteConfig.@Nullable Redirect redirect) {

  /**
   * Compiles a route.
   *
   * @param ofListener limits that count where the route has none of its own
   * @param json the fields of bodies that the listener's routes ask for
   * @param configs of all services, by name
   * @param services finds a service by its name, or throws {@link IllegalArgumentException}
   * @param tls of the services that have it, by name
   * @param counts gives the counters of the listener with a service; those of {@code ""} are for exchanges without one
   */
  static Route compile(
      HttpRouteConfig config,
      HttpLimits ofListener,
      JsonFields json,
      Map<String, ServiceConfig> configs,
      Function<String, LblcService> services,
      Map<String, UpstreamTls> tls,
      Function<String, ExchangeCounts> counts) {
    String service = config.service();
    ServiceConfig ofService = service == null ? null : configs.get(service);
    Map<String, DestinationTemplate> wanted =
        ofService == null ? Map.of() : ofService.strategyOptions().facts();
    Duration request = config.timeouts().request();
    Long body = config.limits().body();
    return new Route(
        service == null ? null : services.apply(service),
        counts.apply(service == null ? "" : service),
        DestinationKeys.compile(config.destination(), json),
        BodyNeeds.of(
            Stream.concat(config.destination().stream(), wanted.values().stream())
                .toList(),
            json,
            RouteTable.most(config, ofListener.inspect())),
        Math.max(1, config.timeouts().connect().toMillis()),
        nanos(config.timeouts().response()),
        nanos(config.timeouts().idle()),
        nanos(config.timeouts().tunnel()),
        request == null ? Long.MAX_VALUE : nanos(request),
        body == null ? ofListener.body() : body,
        ofService == null ? PoolConfig.DEFAULTS : ofService.pool(),
        ofService != null && ofService.http() == ServerHttp.HTTP_2,
        service == null ? null : tls.get(service),
        config.retries(),
        config.stripPrefix(),
        config.upgrade(),
        config.host(),
        HeaderEdits.compile(config.requestHeaders()),
        HeaderEdits.compile(config.responseHeaders()),
        ServerHeader.compile(config),
        config.requestId() == null ? null : AsciiString.cached(AsciiCase.lower(config.requestId())),
        WantedFacts.compile(wanted, json),
        Learning.compile(config.learn()),
        StickyCookie.compile(config),
        config.redirect());
  }

  /** Returns whether a request needs a server that depends on its body. */
  public boolean asksForBody(RequestFacts facts) {
    return (wanted != null && wanted.isOfBody()) || keys.asksForBody(facts);
  }

  /** Returns whether the exchange as a whole has a time limit. */
  public boolean isTimed() {
    return requestNanos != Long.MAX_VALUE;
  }

  private static long nanos(Duration duration) {
    return Math.max(1, duration.toNanos());
  }
}
