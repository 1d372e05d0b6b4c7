package dev.lblc.gateway.http;

import dev.lblc.config.HttpLimits;
import dev.lblc.gateway.http.RequestPlan.Body;
import dev.lblc.gateway.net.ClientCertificate;
import dev.lblc.gateway.route.AddressBlocks;
import dev.lblc.gateway.route.AsciiCase;
import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.BodyNeeds;
import dev.lblc.gateway.route.BodyStart;
import dev.lblc.gateway.route.BodyType;
import dev.lblc.gateway.route.IpAddress;
import dev.lblc.gateway.route.RequestFacts;
import dev.lblc.gateway.route.RequestTarget;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The facts of an incoming request, and then of the next one that its head is at. A request that could be read in more than one way is
 * refused here, for all engines. Costly values are made when they are needed. Confined to the request's event loop.
 */
final class InboundFacts implements RequestFacts {
  private static final String CHUNKED = "chunked";

  private static final RequestTarget NO_TARGET = RequestTarget.parse("/");

  private final RequestHead head;
  private AddressBlocks trustedPeers;
  private RequestTarget target;
  private KnownHost asked;
  private String peer;
  private boolean peerTrusted;
  private Body body;
  private @Nullable Upgrade upgrade;
  private BodyStart bodyStart = BodyStart.NONE;
  private boolean isOpen;

  /** Reads the facts of a request, as {@link #read} does. */
  InboundFacts(RequestHead head, AddressBlocks trustedPeers) {
    this.head = head;
    read(trustedPeers);
  }

  /**
   * Reads the facts of the request that the head is at.
   *
   * @throws BadRequestException if the request could be read in more than one way; the facts are of no use then
   */
  void read(AddressBlocks trusted) {
    trustedPeers = trusted;
    body = bodyOf(head);
    KnownHost own = head.asked();
    target = RequestTarget.parse(head.target());
    String authority = target.authority();
    if (head.protocol() == Protocol.HTTP_2 && authority != null) {
      throw new BadRequestException("bad target"); // which host it means would be open
    }
    asked = authority == null ? own : KnownHost.of(authority);
    peer = IpAddress.canonical(head.peer());
    peerTrusted = trusted.contains(peer);
    upgrade = null;
    bodyStart = BodyStart.NONE;
    isOpen = false;
  }

  /** Drops the target and the beginning of the body, which may be long. */
  void forget() {
    target = NO_TARGET;
    forgetBody();
  }

  /** Drops the beginning of the body, which may be long, while its exchange may last. */
  void forgetBody() {
    bodyStart = BodyStart.NONE;
  }

  /** Returns how the body is framed. HTTP/2 has frames of its own: without a length the server gets chunks. */
  private static Body bodyOf(RequestHead head) {
    if (head.connectProtocol() != null) {
      return Body.NONE; // what follows is none, and HTTP only if the server does not agree
    }
    List<String> codings = head.headers("transfer-encoding");
    if (head.protocol() != Protocol.HTTP_2 && !codings.isEmpty()) {
      if (codings.size() > 1
          || !codings.get(0).trim().equalsIgnoreCase(CHUNKED)
          || head.protocol() == Protocol.HTTP_1_0) {
        throw new BadRequestException("unsupported transfer coding");
      }
      return Body.CHUNKED;
    }
    String length = head.header("content-length");
    if (length != null) {
      return length.equals("0") ? Body.NONE : Body.SIZED;
    }
    return head.protocol() == Protocol.HTTP_2 && head.hasMoreFrames() ? Body.CHUNKED : Body.NONE;
  }

  RequestHead head() {
    return head;
  }

  RequestTarget target() {
    return target;
  }

  /** Returns the target without a prefix of its path, as {@link RequestTarget#withoutPrefix} does; null: no prefix. */
  String targetWithout(@Nullable String prefix) {
    return prefix == null ? target.origin() : target.withoutPrefix(prefix);
  }

  /** Returns the host that is asked. */
  KnownHost asked() {
    return asked;
  }

  /** Returns host and port as the client sent them; null: none were sent. */
  @Nullable
  String authority() {
    return asked.authority();
  }

  /** Returns how the body is framed on its way to a server. */
  Body body() {
    return body;
  }

  @Override
  public BodyStart bodyStart() {
    return bodyStart;
  }

  @Override
  public boolean knows(BodyNeeds needs) {
    if (!isReadable()) {
      return true;
    }
    if (bodyStart == BodyStart.NONE) {
      bodyStart = new BodyStart();
    }
    boolean isKnown = bodyStart.want(needs, BodyType.isForm(head.header("content-type")));
    isOpen |= !isKnown;
    return isKnown;
  }

  /** Returns whether {@link #knows} was asked for what is not known. */
  boolean isOpen() {
    return isOpen;
  }

  /** Notes that the body was looked at. */
  void looked() {
    isOpen = false;
  }

  /** Returns whether the gateway can read the body: there is one, it is not compressed, and no stream of messages. */
  private boolean isReadable() {
    return body != Body.NONE
        && BodyType.isReadable(head.header("content-encoding"), head.header("content-type"));
  }

  /** Returns whether the client says that its body has more bytes. */
  boolean isLongerThan(long limit) {
    if (limit == HttpLimits.NONE || body != Body.SIZED) {
      return false;
    }
    try {
      return Long.parseLong(String.valueOf(head.header("content-length")).trim()) > limit;
    } catch (NumberFormatException e) {
      return true; // more than fits in a long
    }
  }

  /**
   * Allows the client to switch to one of these protocols, if it asks for it; the parameters are those of {@link Upgrade#of}.
   *
   * @throws BadRequestException if it asks for it in a wrong way
   */
  void allow(Set<String> protocols, boolean isToHttp2) {
    upgrade = Upgrade.of(head, body, protocols, isToHttp2);
  }

  /** Returns the switch of protocols that the client asks for; null: none that was allowed. */
  @Nullable
  Upgrade upgrade() {
    return upgrade;
  }

  /** Returns the address of the connection, in its canonical form. */
  String peer() {
    return peer;
  }

  boolean peerTrusted() {
    return peerTrusted;
  }

  String scheme() {
    return head.isEncrypted() ? "https" : "http";
  }

  @Override
  public String host() {
    return asked.name();
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

  /** Returns the method; a CONNECT that asks for another protocol is what a GET with Upgrade is in HTTP/1.1. */
  @Override
  public String method() {
    return head.connectProtocol() == null ? head.method() : "GET";
  }

  @Override
  public @Nullable String header(String name) {
    return head.header(name);
  }

  @Override
  public List<String> headers(String name) {
    return head.headers(name);
  }

  @Override
  public String clientIp() {
    return peerTrusted ? NamedClient.of(peer, this::headers, trustedPeers) : peer;
  }

  @Override
  public String localIp() {
    return IpAddress.canonical(head.localIp());
  }

  @Override
  public int localPort() {
    return head.localPort();
  }

  @Override
  public @Nullable String sni() {
    String name = head.serverName();
    return name == null ? null : AsciiCase.lower(name);
  }

  @Override
  public @Nullable String tlsSubject() {
    ClientCertificate certificate = head.clientCertificate();
    return certificate == null ? null : certificate.subject();
  }

  @Override
  public @Nullable String tlsFingerprint() {
    ClientCertificate certificate = head.clientCertificate();
    return certificate == null ? null : certificate.fingerprint();
  }

  @Override
  public @Nullable String tlsSan() {
    ClientCertificate certificate = head.clientCertificate();
    return certificate == null ? null : certificate.san();
  }
}
