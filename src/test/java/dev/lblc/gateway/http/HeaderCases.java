package dev.lblc.gateway.http;

import dev.lblc.config.HttpRouteConfig;
import dev.lblc.gateway.net.ClientCertificate;
import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.gateway.route.HeaderEdits;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** The table of what becomes of headers: every writer of header plans has to pass it. */
public final class HeaderCases {
  private static final String PEER = "203.0.113.1";

  /**
   * One row.
   *
   * @param name of the row
   * @param came the lines that came
   * @param plan made of them
   * @param goes the lines that go on, in any order
   */
  public record Case(String name, List<String> came, HeaderPlan plan, List<String> goes) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final ClientCertificate CERTIFICATE =
      new ClientCertificate("CN=client", "00ff", "client.example.com");

  private HeaderCases() {}

  /** Returns the rows. */
  public static Stream<Case> all() {
    return Stream.of(
        request("nothing came: it is told who asked", plain(), List.of(), forwarded()),
        request(
            "what belongs to one connection stays there",
            plain(),
            List.of(
                "Connection: close, X-Secret",
                "Connection: x-other,,content-length",
                "X-Secret: 1",
                "X-Other: 2",
                "Keep-Alive: timeout=5",
                "TE: gzip",
                "Trailer: x",
                "Proxy-Connection: x",
                "Transfer-Encoding: chunked",
                "Upgrade: h2c",
                "Expect: 100-continue",
                "Content-Length: 3",
                "X-Kept: 4",
                "X-Kept: 5"),
            List.of("Content-Length: 3", "X-Kept: 4", "X-Kept: 5"),
            forwarded()),
        request(
            "a client that takes trailers",
            plain(),
            List.of("Connection: TE", "TE: gzip;q=0.5, trailers"),
            List.of("te: trailers", "connection: te"),
            forwarded()),
        request("an untrusted peer's word counts for nothing", plain(), claims(), forwarded()),
        request(
            "a trusted peer's word is kept and added to",
            new Head(Protocol.HTTP_1_1).trusted(),
            claims(),
            List.of(
                "x-forwarded-for: 1.1.1.1, 2.2.2.2, " + PEER,
                "X-Forwarded-Host: claimed",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Port: 444",
                "X-FORWARDED-Prefix: /p",
                "forwarded: for=1.1.1.1;host=\"claimed\";proto=https, for=2.2.2.2, for=" + PEER,
                "host: real")),
        request(
            "the client's certificate is told, and what the client says of one is dropped",
            plain().showing(CERTIFICATE),
            certificateClaims(),
            List.of("X-Client: 1", "x-client-cer: 2"),
            both(forwarded(), certificate())),
        request(
            "a client without a certificate can claim none",
            plain(),
            certificateClaims(),
            List.of("X-Client: 1", "x-client-cer: 2"),
            forwarded()),
        request(
            "a certificate without names is told by its fingerprint alone",
            plain().showing(new ClientCertificate("", "00ff", null)),
            List.of(),
            both(forwarded(), List.of("x-client-cert-fingerprint: 00ff"))),
        request(
            "the route removes what is told of a certificate",
            plain().showing(CERTIFICATE).edited(Map.of(), Set.of("x-client-cert-san")),
            List.of("X-Client-Cert-San: claimed"),
            both(forwarded(), certificate().subList(0, 2))),
        request(
            "a trusted peer's word of a certificate is not mixed with its own certificate",
            plain().trusted().showing(CERTIFICATE),
            List.of("X-Client-Cert-Subject: CN=other"),
            both(forwarded(), List.of("X-Client-Cert-Subject: CN=other"))),
        request(
            "a trusted peer's own certificate is told if it says nothing of one",
            plain().trusted().showing(CERTIFICATE),
            List.of(),
            both(forwarded(), certificate())),
        trusted(
            "only the scheme: the port is the scheme's own, not the listener's",
            List.of("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https"),
            List.of(
                "x-forwarded-for: 203.0.113.9, " + PEER,
                "X-Forwarded-Proto: https",
                "x-forwarded-host: real",
                "x-forwarded-port: 443",
                "forwarded: for=203.0.113.9;host=\"real\";proto=https, for=" + PEER)),
        trusted(
            "the scheme of the first proxy counts, in any case",
            List.of("X-Forwarded-Proto: HTTPS, http"),
            List.of(
                "x-forwarded-for: " + PEER,
                "X-Forwarded-Proto: HTTPS, http",
                "x-forwarded-host: real",
                "x-forwarded-port: 443",
                "forwarded: for=" + PEER + ";host=\"real\";proto=https")),
        trusted(
            "the host has the port",
            List.of("X-Forwarded-Proto: https", "X-Forwarded-Host: a.example:8443"),
            List.of(
                "x-forwarded-for: " + PEER,
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: a.example:8443",
                "x-forwarded-port: 8443",
                "forwarded: for=" + PEER + ";host=\"a.example:8443\";proto=https")),
        trusted(
            "only the port: the scheme follows",
            List.of("X-Forwarded-Port: 443"),
            List.of(
                "x-forwarded-for: " + PEER,
                "x-forwarded-proto: https",
                "x-forwarded-host: real",
                "X-Forwarded-Port: 443",
                "forwarded: for=" + PEER + ";host=\"real\";proto=https")),
        trusted(
            "only the host: an IPv6 address without a port",
            List.of("X-Forwarded-Host: [2001:db8::80]"),
            List.of(
                "x-forwarded-for: " + PEER,
                "x-forwarded-proto: http",
                "X-Forwarded-Host: [2001:db8::80]",
                "x-forwarded-port: 80",
                "forwarded: for=" + PEER + ";host=\"[2001:db8::80]\";proto=http")),
        trusted(
            "a scheme without a port of its own",
            List.of("X-Forwarded-Proto: gopher"),
            List.of(
                "x-forwarded-for: " + PEER,
                "X-Forwarded-Proto: gopher",
                "x-forwarded-host: real",
                "forwarded: for=" + PEER + ";host=\"real\";proto=gopher")),
        trusted(
            "what is no scheme and no host goes on, and into no other header",
            List.of("X-Forwarded-Proto: a\";for=b", "X-Forwarded-Host: a\";for=b"),
            List.of(
                "x-forwarded-for: " + PEER,
                "X-Forwarded-Proto: a\";for=b",
                "X-Forwarded-Host: a\";for=b",
                "x-forwarded-port: 80",
                "forwarded: for=" + PEER + ";host=\"real\";proto=http")),
        trusted(
            "only addresses: the URL is the listener's",
            List.of("X-Forwarded-For: unknown, 2001:DB8:0::9", "X-Forwarded-For: 192.0.2.9:4711"),
            List.of(
                "x-forwarded-for: unknown, 2001:DB8:0::9, 192.0.2.9:4711, " + PEER,
                "x-forwarded-proto: http",
                "x-forwarded-host: real",
                "x-forwarded-port: 80",
                "forwarded: for=unknown;host=\"real\";proto=http, for=\"[2001:db8::9]\", for=192.0.2.9, for="
                    + PEER)),
        trusted(
            "only Forwarded: the others follow from it",
            List.of(
                "Forwarded: For=\"[2001:db8::9]:4711\" ; by=x; Proto=https;host=\"a.exa\\mple:8443\"",
                "Forwarded: for=192.0.2.9, for=_hidden;proto=http"),
            List.of(
                "x-forwarded-for: 2001:db8::9, 192.0.2.9, unknown, " + PEER,
                "x-forwarded-proto: https",
                "x-forwarded-host: a.example:8443",
                "x-forwarded-port: 8443",
                "forwarded: For=\"[2001:db8::9]:4711\" ; by=x; Proto=https;host=\"a.exa\\mple:8443\", "
                    + "for=192.0.2.9, for=_hidden;proto=http, for=" + PEER)),
        trusted(
            "both, and Forwarded without the URL: it is added",
            List.of(
                "Forwarded: for=192.0.2.9",
                "X-Forwarded-For: ::ffff:192.0.2.9",
                "X-Forwarded-Proto: https"),
            List.of(
                "x-forwarded-for: ::ffff:192.0.2.9, " + PEER,
                "X-Forwarded-Proto: https",
                "x-forwarded-host: real",
                "x-forwarded-port: 443",
                "forwarded: for=192.0.2.9, for=" + PEER + ";host=\"real\";proto=https")),
        trusted(
            "a Forwarded of somebody else than X-Forwarded-For is the client's own, and goes",
            List.of("Forwarded: for=6.6.6.6;proto=https;host=evil", "X-Forwarded-For: 192.0.2.9"),
            List.of(
                "x-forwarded-for: 192.0.2.9, " + PEER,
                "x-forwarded-proto: http",
                "x-forwarded-host: real",
                "x-forwarded-port: 80",
                "forwarded: for=192.0.2.9;host=\"real\";proto=http, for=" + PEER)),
        trusted(
            "a broken Forwarded goes: what is added would become a part of it",
            List.of("Forwarded: for=1.1.1.1;host=\"a"),
            List.of(
                "x-forwarded-for: " + PEER,
                "x-forwarded-proto: http",
                "x-forwarded-host: real",
                "x-forwarded-port: 80",
                "forwarded: for=" + PEER + ";host=\"real\";proto=http")),
        trusted(
            "empty ones are none",
            List.of("X-Forwarded-For: ", "Forwarded: "),
            List.of(
                "x-forwarded-for: " + PEER,
                "x-forwarded-proto: http",
                "x-forwarded-host: real",
                "x-forwarded-port: 80",
                "forwarded: for=" + PEER + ";host=\"real\";proto=http")),
        ownPort("http", List.of(), "real:80", "80"),
        ownPort("https", List.of("X-Forwarded-Proto: https"), "real", "443"),
        request(
            "a trusted peer that says nothing: it is told who asked",
            new Head(Protocol.HTTP_1_1).trusted(),
            List.of("X-Kept: 1"),
            List.of("X-Kept: 1"),
            forwarded()),
        request(
            "what a trusted peer says of its own connection only is told anew",
            new Head(Protocol.HTTP_1_1).trusted(),
            List.of(
                "Connection: X-Forwarded-For, X-Forwarded-Proto",
                "X-Forwarded-For: 1.1.1.1",
                "X-Forwarded-Proto: https"),
            forwarded()),
        request(
            "an IPv6 peer is quoted, TLS is https",
            new Head(Protocol.HTTP_1_1).from("2001:db8::1").encrypted(),
            List.of(),
            List.of(
                "host: real",
                "x-forwarded-for: 2001:db8::1",
                "x-forwarded-proto: https",
                "x-forwarded-host: real",
                "x-forwarded-port: 80",
                "forwarded: for=\"[2001:db8::1]\";host=\"real\";proto=https")),
        request(
            "without Host there is none to tell of",
            new Head(Protocol.HTTP_1_0),
            List.of(),
            List.of(
                "host: real",
                "x-forwarded-for: " + PEER,
                "x-forwarded-proto: http",
                "x-forwarded-port: 80",
                "forwarded: for=" + PEER + ";proto=http")),
        request(
            "one cookie in HTTP/2 stays as it is",
            new Head(Protocol.HTTP_2),
            List.of("cookie: a=1"),
            List.of("cookie: a=1"),
            forwarded()),
        request(
            "the cookies of HTTP/2 are joined",
            new Head(Protocol.HTTP_2),
            List.of("cookie: a=1", "cookie: b=2", "x-kept: 1"),
            List.of("cookie: a=1; b=2", "x-kept: 1"),
            forwarded()),
        request(
            "the cookies of HTTP/1.1 stay as they are",
            plain(),
            List.of("Cookie: a=1", "Cookie: b=2"),
            List.of("Cookie: a=1", "Cookie: b=2"),
            forwarded()),
        request(
            "a WebSocket is asked for anew",
            plain(),
            List.of(
                "Connection: keep-alive, Upgrade", "Upgrade: WebSocket", "Sec-WebSocket-Key: x"),
            List.of("connection: upgrade", "upgrade: websocket", "Sec-WebSocket-Key: x"),
            forwarded()),
        request(
            "of several protocols only WebSocket is asked for",
            plain(),
            List.of("Connection: Upgrade", "Upgrade: h2c", "Upgrade: x, websocket"),
            List.of("connection: upgrade", "upgrade: websocket"),
            forwarded()),
        request(
            "with a body it stays HTTP",
            plain(),
            List.of("Connection: Upgrade", "Upgrade: websocket", "Content-Length: 3"),
            List.of("Content-Length: 3"),
            forwarded()),
        request(
            "what is only a part of a word is no upgrade",
            plain(),
            List.of("Connection: not-upgrade", "Upgrade: xwebsockets"),
            List.of(),
            forwarded()),
        request(
            "the route has the last word",
            new Head(Protocol.HTTP_1_1)
                .edited(
                    Map.of("X-Set", "s", "Forwarded", "none"),
                    Set.of("x-gone", "X-Forwarded-Port")),
            List.of("X-SET: 1", "x-set: 2", "X-Gone: 3", "Forwarded: for=x", "X-Kept: 4"),
            List.of(
                "X-Kept: 4",
                "x-set: s",
                "forwarded: none",
                "host: real",
                "x-forwarded-for: " + PEER,
                "x-forwarded-proto: http",
                "x-forwarded-host: real")),
        request(
            "what the route sets survives a Connection that names it",
            new Head(Protocol.HTTP_1_1).edited(Map.of("X-Set", "s"), Set.of()),
            List.of("Connection: x-set", "X-Set: 1"),
            List.of("x-set: s"),
            forwarded()),
        response(
            "what belongs to one connection stays there",
            Map.of(),
            Set.of(),
            List.of(
                "Connection: keep-alive, X-Hop",
                "Keep-Alive: timeout=60",
                "X-Hop: 1",
                "Transfer-Encoding: chunked",
                "Expect: x",
                "X-Forwarded-For: 1",
                "Set-Cookie: a=1",
                "Set-Cookie: b=2"),
            List.of("Expect: x", "X-Forwarded-For: 1", "Set-Cookie: a=1", "Set-Cookie: b=2")),
        response(
            "the route has the last word",
            Map.of("x-answer", "set"),
            Set.of("X-From"),
            List.of("X-From: a", "X-Answer: b", "X-Kept: c"),
            List.of("x-answer: set", "X-Kept: c")),
        response(
            200,
            "a length stays",
            Map.of(),
            Set.of(),
            List.of("Content-Length: 2"),
            List.of("Content-Length: 2")),
        response(
            304,
            "a length without a body stays",
            Map.of(),
            Set.of(),
            List.of("Content-Length: 2"),
            List.of("Content-Length: 2")),
        response(
            204,
            "there is never a body, nor a length",
            Map.of(),
            Set.of(),
            List.of("Content-Length: 2", "X-Kept: 1"),
            List.of("X-Kept: 1")),
        response(
            103,
            "an interim answer has no length",
            Map.of(),
            Set.of(),
            List.of("Content-Length: 2", "X-Kept: 1"),
            List.of("X-Kept: 1")),
        switched(
            List.of(
                "Connection: Upgrade, X-Hop",
                "Upgrade: websocket",
                "Content-Length: 0",
                "X-Hop: 1",
                "X-Kept: 2"),
            List.of("connection: upgrade", "upgrade: websocket", "X-Kept: 2")),
        trailers(
            List.of(
                "X-Sum: 42",
                "Connection: close, x-hop",
                "X-Hop: 1",
                "Transfer-Encoding: x",
                "X-Set: 1",
                "x-removed: 1"),
            List.of("X-Sum: 42")),
        requestTrailers(
            List.of(
                "X-Sum: 42",
                "Content-Type: a/b",
                "X-Forwarded-For: 1.2.3.4",
                "X-Set: 1",
                "x-removed: 1"),
            List.of("X-Sum: 42")));
  }

  private static Head plain() {
    return new Head(Protocol.HTTP_1_1);
  }

  private static List<String> claims() {
    return List.of(
        "X-Forwarded-For: 1.1.1.1",
        "X-Forwarded-For: 2.2.2.2",
        "X-Forwarded-Host: claimed",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Port: 444",
        "X-FORWARDED-Prefix: /p",
        "Forwarded: for=1.1.1.1");
  }

  private static List<String> certificateClaims() {
    return List.of(
        "X-Client-Cert-Subject: CN=claimed",
        "X_Client_Cert_Fingerprint: claimed",
        "x-client_cert-San: claimed",
        "X-CLIENT-CERT: claimed",
        "X-Client-Cert-Verify: claimed",
        "X_Forwarded_For: claimed",
        "X-Client: 1",
        "x-client-cer: 2");
  }

  /** What a server is told of that certificate. */
  private static List<String> certificate() {
    return List.of(
        "x-client-cert-subject: CN=client",
        "x-client-cert-fingerprint: 00ff",
        "x-client-cert-san: client.example.com");
  }

  /** What a server is told of who asked. */
  private static List<String> forwarded() {
    return List.of(
        "host: real",
        "x-forwarded-for: " + PEER,
        "x-forwarded-proto: http",
        "x-forwarded-host: real",
        "x-forwarded-port: 80",
        "forwarded: for=" + PEER + ";host=\"real\";proto=http");
  }

  private static Case request(
      String name, Head head, List<String> came, List<String> goes, List<String> told) {
    return request(name, head, came, both(goes, told));
  }

  private static Case request(String name, Head head, List<String> came, List<String> goes) {
    boolean hasHost = head.protocol() == Protocol.HTTP_1_1;
    List<String> lines =
        hasHost ? Stream.concat(Stream.of("Host: real"), came.stream()).toList() : came;
    head.lines(lines);
    InboundFacts facts = new InboundFacts(head, head.trustedPeers());
    facts.allow(Set.of("websocket"), false);
    HeaderPlan plan = HeaderPolicy.request(facts, "real", head.edits());
    return new Case("request: " + name, lines, plan, goes);
  }

  /** A row with a trusted peer. */
  private static Case trusted(String name, List<String> came, List<String> goes) {
    return request(
        "a trusted peer's word: " + name,
        new Head(Protocol.HTTP_1_1).trusted(),
        came,
        both(goes, List.of("host: real")));
  }

  /** A row in which Host has the listener's port. */
  private static Case ownPort(String scheme, List<String> came, String host, String port) {
    Head head = new Head(Protocol.HTTP_1_1).trusted();
    List<String> lines = both(List.of("Host: real:80"), came);
    head.lines(lines);
    InboundFacts facts = new InboundFacts(head, head.trustedPeers());
    return new Case(
        "request: the listener's port in Host, asked by " + scheme,
        lines,
        HeaderPolicy.request(facts, "real:80", head.edits()),
        both(
            both(List.of("host: real:80"), came),
            List.of(
                    "x-forwarded-for: " + PEER,
                    "x-forwarded-proto: " + scheme,
                    "x-forwarded-host: " + host,
                    "x-forwarded-port: " + port,
                    "forwarded: for=" + PEER + ";host=\"" + host + "\";proto=" + scheme)
                .stream()
                .filter(line -> came.isEmpty() || !line.startsWith("x-forwarded-proto"))
                .toList()));
  }

  private static List<String> both(List<String> some, List<String> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private static Case response(
      String name,
      Map<String, String> set,
      Set<String> remove,
      List<String> came,
      List<String> goes) {
    return response(200, name, set, remove, came, goes);
  }

  private static Case response(
      int status,
      String name,
      Map<String, String> set,
      Set<String> remove,
      List<String> came,
      List<String> goes) {
    return new Case(
        "response " + status + ": " + name,
        came,
        HeaderPolicy.response(status, ListedHeaders.of(came), edits(set, remove)),
        goes);
  }

  private static Case switched(List<String> came, List<String> goes) {
    InboundFacts facts = new InboundFacts(
        plain().lines(List.of("Host: h", "Connection: upgrade", "Upgrade: websocket")),
        AddressBlocks.compile(List.of()));
    facts.allow(Set.of("websocket"), false);
    HeaderPlan plan = HeaderPolicy.switched(
        Objects.requireNonNull(facts.upgrade()), ListedHeaders.of(came), edits(Map.of(), Set.of()));
    return new Case("switched: to WebSocket, without a length", came, plan, goes);
  }

  private static Case trailers(List<String> came, List<String> goes) {
    return new Case(
        "trailers: without those of one connection, and those that the route removes or sets",
        came,
        HeaderPolicy.trailers(
            ListedHeaders.of(came), edits(Map.of("x-set", "a"), Set.of("x-removed"))),
        goes);
  }

  private static Case requestTrailers(List<String> came, List<String> goes) {
    return new Case(
        "trailers of a request: without those that a server might believe as headers",
        came,
        HeaderPolicy.requestTrailers(
            ListedHeaders.of(came), edits(Map.of("x-set", "a"), Set.of("x-removed"))),
        goes);
  }

  private static HeaderEdits edits(Map<String, String> set, Set<String> remove) {
    return HeaderEdits.compile(new HttpRouteConfig.HeaderEdits(set, remove));
  }

  /** The head of a request, as a row wants it. */
  private static final class Head extends StatedHead {
    private HeaderEdits edits = HeaderCases.edits(Map.of(), Set.of());
    private AddressBlocks trustedPeers = AddressBlocks.compile(List.of());

    Head(Protocol protocol) {
      super(protocol, PEER);
    }

    Head trusted() {
      trustedPeers = AddressBlocks.compile(List.of(PEER + "/32"));
      return this;
    }

    Head from(String address) {
      peer = address;
      return this;
    }

    Head encrypted() {
      isEncrypted = true;
      return this;
    }

    Head showing(ClientCertificate shown) {
      certificate = shown;
      return this;
    }

    Head edited(Map<String, String> set, Set<String> remove) {
      edits = HeaderCases.edits(set, remove);
      return this;
    }

    HeaderEdits edits() {
      return edits;
    }

    AddressBlocks trustedPeers() {
      return trustedPeers;
    }
  }
}
