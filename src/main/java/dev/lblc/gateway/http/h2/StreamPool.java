package dev.lblc.gateway.http.h2;

import dev.lblc.discovery.Dial;
import dev.lblc.gateway.http.Failure;
import dev.lblc.gateway.http.Limits;
import dev.lblc.gateway.http.Upstreams;
import dev.lblc.gateway.http.lane.LaneLoop;
import dev.lblc.gateway.http.lane.LaneServer;
import dev.lblc.gateway.route.Route;
import dev.lblc.scheduler.Server;
import dev.lblc.tls.UpstreamTls;
import dev.lblc.tls.UpstreamTlsException;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connections of one event loop to servers that speak HTTP/2. Confined to the loop. */
// Nobody waits for a connection that is given up to be closed.
@SuppressWarnings("FutureReturnValueIgnored")
final class StreamPool implements Upstreams<LaneServer> {
  private static final Logger LOG = LoggerFactory.getLogger(StreamPool.class);
  private static final int MOST_RESETS = 100_000;

  private final LaneLoop lane;
  private final Map<Server, StreamConnections> all = new HashMap<>();

  StreamPool(LaneLoop lane) {
    this.lane = lane;
  }

  @Override
  public @Nullable LaneServer takeIdle(Server to, Route by) {
    StreamConnections known = all.get(to);
    return known == null ? null : known.take(by);
  }

  @Override
  public void connect(Server to, Route by, boolean isFresh, Attempt<LaneServer> attempt) {
    StreamConnections known = all.get(to);
    if (known == null) {
      known = new StreamConnections(this, to, lane.loop().host(to.host()));
      all.put(to, known);
    }
    known.limitTo(by.pool());
    known.connect(by, isFresh, attempt);
  }

  /** Forgets a server to which there is no connection, and for which nobody waits. */
  void forget(StreamConnections unused) {
    all.remove(unused.server(), unused);
  }

  /** Closes the connections that serve no request, and the others behind their last one. */
  void close() {
    List.copyOf(all.values()).forEach(StreamConnections::close);
  }

  /** Makes a connection, whose server is given the time of a connect until it has said what it takes. */
  void dial(StreamConnections to, Route by) {
    Server server = to.server();
    long beganNanos = lane.nanoTime();
    UpstreamTls tls = by.tls();
    Dial.Handshake handshake = tls == null ? null : tls.handshake(server.host(), server.port());
    lane.loop()
        .dial(to.host(), server.port(), by.connectMillis(), handshake, new Dial.Listener() {
          @Override
          public void connected(Channel channel) {
            long spent = TimeUnit.NANOSECONDS.toMillis(lane.nanoTime() - beganNanos);
            open(to, channel, tls, by.connectMillis() - spent);
          }

          @Override
          public void refused(Throwable why) {
            LOG.debug("no connection to server {}", server.id(), why);
            to.refused(failure(server, tls, why));
          }

          @Override
          public void unknown() {
            LOG.debug("no address of server {} is known", server.id());
            to.refused(Failure.NAME_UNKNOWN);
          }

          @Override
          public void noSocket() {
            to.refused(Failure.INTERNAL);
          }
        })
        .begin();
  }

  private static Failure failure(Server server, @Nullable UpstreamTls tls, Throwable why) {
    if (tls != null && why instanceof UpstreamTlsException failed) {
      tls.failed(server.id(), failed);
      return Failure.of(failed.failure());
    }
    return why instanceof ConnectTimeoutException
        ? Failure.CONNECT_TIMEOUT
        : Failure.CONNECT_FAILED;
  }

  private void open(
      StreamConnections to, Channel channel, @Nullable UpstreamTls tls, long limitMillis) {
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
    FrameBudget budget = new FrameBudget(lane.loop().nanoTime(), MOST_RESETS);
    channel
        .pipeline()
        .addLast(new ServerStreams(
            lane, to, tls, Codec.ofServer(Limits.HEADER_BYTES, budget), limitMillis));
    channel.config().setAutoRead(true);
  }
}
