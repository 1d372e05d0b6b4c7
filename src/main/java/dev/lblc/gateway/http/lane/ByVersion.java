package dev.lblc.gateway.http.lane;

import dev.lblc.gateway.http.Upstreams;
import dev.lblc.gateway.route.Route;
import dev.lblc.scheduler.Server;
import org.jspecify.annotations.Nullable;

/** The connections to servers of both versions of HTTP: the route's service says which one its servers speak. */
record ByVersion(Upstreams<LaneServer> http1, Upstreams<LaneServer> http2)
    implements Upstreams<LaneServer> {
  @Override
  public @Nullable LaneServer takeIdle(Server to, Route by) {
    return of(by).takeIdle(to, by);
  }

  @Override
  public void connect(Server to, Route by, boolean isFresh, Attempt<LaneServer> attempt) {
    of(by).connect(to, by, isFresh, attempt);
  }

  private Upstreams<LaneServer> of(Route by) {
    return by.isHttp2() ? http2 : http1;
  }
}
