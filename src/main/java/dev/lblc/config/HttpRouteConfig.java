package dev.lblc.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A route of an HTTP listener: which requests go to which service, and how.
 *
 * @param index position in the file's {@code routes}, from 0
 * @param match what a request must have; empty parts match all
 * @param service name of the service; null if and only if {@code redirect} is set
 * @param destination templates, tried in order; none: no destination
 * @param timeouts limits on waiting
 * @param limits sizes of requests
 * @param retries how many other servers are tried after a failed connect
 * @param stripPrefix path prefix taken off before forwarding, normalised, without final slash; null: none
 * @param upgrade protocols that clients may switch to, in lower case
 * @param host what the server gets as Host header
 * @param requestHeaders edits of the headers to the server
 * @param responseHeaders edits of the headers to the client
 * @param serverHeader name of the response header that tells the client which server was chosen, and why; null: none
 * @param requestId name of the header with the id of a request, as it is written; null: none
 * @param learn templates of answers, which give destinations whose home the answering server becomes; none: nothing is learned
 * @param stickyCookie the cookie of the gateway's own for clients without a destination; null: none
 * @param redirect answer with a redirect; null: forward
 */
public record HttpRouteConfig(
    int index,
    Match match,
    @Nullable String service,
    List<DestinationTemplate> destination,
    Timeouts timeouts,
    Limits limits,
    int retries,
    @Nullable String stripPrefix,
    Set<String> upgrade,
    HostHeader host,
    HeaderEdits requestHeaders,
    HeaderEdits responseHeaders,
    @Nullable String serverHeader,
    @Nullable String requestId,
    List<DestinationTemplate> learn,
    @Nullable StickyCookie stickyCookie,
    @Nullable Redirect redirect)
    implements RouteConfig {

  /**
   * What a request must have.
   *
   * @param host lower-case name, or {@code *.} and a name for one or more labels before it; null: any
   * @param path exact normalised path, or a prefix followed by {@code *}; null: any
   * @param methods allowed methods; empty: any
   * @param headers header names, lower case, and the value each must have; {@code *}: any value
   * @param json paths of fields of a body that is JSON, and the value each must have; {@code *}: any value
   */
  public record Match(
      @Nullable String host,
      @Nullable String path,
      Set<String> methods,
      Map<String, String> headers,
      Map<String, String> json) {}

  /**
   * Limits on waiting.
   *
   * @param connect to connect to a server
   * @param response from the end of the request to the head of the response
   * @param idle time without a byte in either direction
   * @param tunnel the same, once the protocol was switched
   * @param request of the whole exchange, however busy; null: any time
   */
  public record Timeouts(
      Duration connect,
      Duration response,
      Duration idle,
      Duration tunnel,
      @Nullable Duration request) {}

  /**
   * Sizes of requests.
   *
   * @param body bytes of a request's body; null: what the listener says
   * @param inspect bytes of a body that are looked at; null: what the listener says
   */
  public record Limits(@Nullable Long body, @Nullable Integer inspect) {}

  /**
   * A cookie that the gateway sets for a client without a destination, and whose value is the destination then.
   *
   * @param name of the cookie
   * @param attributes what follows the value in Set-Cookie; empty: nothing
   */
  public record StickyCookie(String name, String attributes) {}

  /**
   * What the server gets as Host header.
   *
   * @param mode keep it, replace it by the server's address, or by {@code name}
   * @param name the replacement; null unless {@code mode} is {@code NAME}
   */
  public record HostHeader(Mode mode, @Nullable String name) {
    /** The ways to treat Host. */
    public enum Mode {
      /** As the client sent it. */
      KEEP,
      /** The chosen server's host and port. */
      SERVER,
      /** A fixed name. */
      NAME
    }
  }

  /**
   * Edits of a message's headers: removals first, then settings.
   *
   * @param set names and the value each gets
   * @param remove names
   */
  public record HeaderEdits(Map<String, String> set, Set<String> remove) {}

  /**
   * A redirect to the same host and path with another scheme or port.
   *
   * @param scheme {@code http} or {@code https}
   * @param port of the new URL; the scheme's own unless the file names another
   * @param status 301, 302, 303, 307 or 308
   */
  public record Redirect(String scheme, int port, int status) {
    /** Returns the port of a scheme in a URL that names none. */
    public static int ownPort(String scheme) {
      return scheme.equals("https") ? 443 : 80;
    }
  }
}
