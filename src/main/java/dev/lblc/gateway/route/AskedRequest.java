package dev.lblc.gateway.route;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request that nobody has sent: its facts are those of a URL, and of a client without a certificate on this machine. For the question
 * which route such a request would take. Confined to one thread.
 */
public final class AskedRequest implements RequestFacts {
  private static final String LOOPBACK = "127.0.0.1";
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f&&[^\t]]");

  private final boolean isTls;
  private final String host;
  private final int port;
  private final RequestTarget target;
  private final String method;
  private final Map<String, List<String>> headers;
  private final String clientIp;
  private final byte[] body;
  private BodyStart bodyStart = BodyStart.NONE;

  /**
   * Reads a URL.
   *
   * @param url of http or https, with a host; a fragment is left out, as clients do
   * @param headers by name, whose case does not matter; a Host goes before that of the URL
   * @param body all of it, or its beginning if more is there than any route looks at; empty: none
   * @throws IllegalArgumentException if it is no such URL, or no request has such a method or header
   * @throws BadRequestException if the gateway would refuse the request
   */
  public AskedRequest(String url, String method, Map<String, List<String>> headers, byte[] body) {
    isTls = url.regionMatches(true, 0, "https://", 0, 8);
    if (!isTls && !url.regionMatches(true, 0, "http://", 0, 7)) {
      throw new IllegalArgumentException("url: " + url + " (expected: http://HOST/PATH)");
    }
    if (!TOKEN.matcher(method).matches()) {
      throw new IllegalArgumentException("method: " + method + " (expected: one such as GET)");
    }
    int fragment = url.indexOf('#');
    target = RequestTarget.parse(fragment < 0 ? url : url.substring(0, fragment));
    String authority = String.valueOf(target.authority());
    this.method = method;
    this.headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    headers.forEach((name, values) ->
        this.headers.put(name, values.stream().map(value -> octets(name, value)).toList()));
    if (headers("host").size() > 1) {
      throw new BadRequestException("more than one Host header");
    }
    String named = header("host");
    host = HostName.of(named == null ? authority : named);
    int colon = authority.lastIndexOf(':');
    HostName.of(authority); // its port is a number
    port = colon > authority.lastIndexOf(']') && colon + 1 < authority.length()
        ? Integer.parseInt(authority.substring(colon + 1))
        : isTls ? 443 : 80;
    clientIp = LOOPBACK;
    this.body = body;
  }

  private AskedRequest(AskedRequest request, String clientIp) {
    isTls = request.isTls;
    host = request.host;
    port = request.port;
    target = request.target;
    method = request.method;
    headers = request.headers;
    this.clientIp = clientIp;
    body = request.body;
    bodyStart = request.bodyStart;
  }

  /** Returns the same request of another client. */
  public AskedRequest ofClient(String address) {
    return new AskedRequest(this, address);
  }

  /** Returns the same request, of whose body nothing was looked at. */
  public AskedRequest again() {
    AskedRequest again = new AskedRequest(this, clientIp);
    again.bodyStart = BodyStart.NONE;
    return again;
  }

  /** Returns whether it has a body. */
  public boolean hasBody() {
    return body.length > 0;
  }

  /** Returns a value as a gateway reads it: clients send UTF-8, of which each octet is a character then. */
  private static String octets(String name, String value) {
    if (!TOKEN.matcher(name).matches() || CONTROL.matcher(value).find()) {
      throw new IllegalArgumentException(
          "header: " + name + ":" + value + " (expected: NAME:VALUE as a request may have it)");
    }
    return new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  @Override
  public String host() {
    return host;
  }

  @Override
  public String path() {
    return target.path();
  }

  @Override
  public String pathWithoutParameters() {
    return target.pathWithoutParameters();
  }

  @Override
  public @Nullable String query() {
    return target.query();
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public @Nullable String header(String name) {
    List<String> found = headers(name);
    return found.isEmpty() ? null : found.get(0);
  }

  @Override
  public List<String> headers(String name) {
    return headers.getOrDefault(name, List.of());
  }

  @Override
  public String clientIp() {
    return clientIp;
  }

  @Override
  public String localIp() {
    return LOOPBACK;
  }

  @Override
  public int localPort() {
    return port;
  }

  @Override
  public @Nullable String sni() {
    return isTls ? host : null;
  }

  @Override
  public @Nullable String tlsSubject() {
    return null;
  }

  @Override
  public @Nullable String tlsFingerprint() {
    return null;
  }

  @Override
  public @Nullable String tlsSan() {
    return null;
  }

  @Override
  public BodyStart bodyStart() {
    return bodyStart;
  }

  /** Looks at the body: all of it is here. */
  @Override
  public boolean knows(BodyNeeds needs) {
    String type = header("content-type");
    if (!hasBody() || !BodyType.isReadable(header("content-encoding"), type)) {
      return true;
    }
    if (bodyStart == BodyStart.NONE) {
      bodyStart = new BodyStart();
    }
    if (!bodyStart.want(needs, BodyType.isForm(type))) {
      int from = bodyStart.length();
      bodyStart.add(ByteBuffer.wrap(body, from, Math.min(bodyStart.room(), body.length - from)));
      if (!bodyStart.isSettled()) {
        bodyStart.end();
      }
    }
    return true;
  }
}
