package dev.lblc.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A route: which requests or connections of a listener go to which service. */
public sealed interface RouteConfig permits HttpRouteConfig, TcpRouteConfig {
  /** Returns the position in the file's {@code routes}, from 0; messages name the route by it. */
  int index();

  /** Returns the name of the service; null: the route has none, it redirects. */
  @Nullable
  String service();

  /** Returns the templates of the destination, tried in order; none: no destination. */
  List<DestinationTemplate> destination();

  /** Returns how many other servers are tried after a failed connect. */
  int retries();
}
