package dev.lblc.gateway.http;

import dev.lblc.config.Authority;
import dev.lblc.config.HttpRouteConfig.HostHeader;
import dev.lblc.gateway.route.AsciiCase;
import dev.lblc.gateway.route.HeaderEdits;
import dev.lblc.gateway.route.HeaderNames;
import dev.lblc.gateway.route.Route;
import dev.lblc.scheduler.Server;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules for headers: makes the {@link HeaderPlan} of each message that the gateway forwards.
 *
 * <pre>
 *   both ways:      drop those of one connection, and those that Connection names; then the route's edits
 *   to the server:  set Host as the route says, the forwarding headers, those of the client's certificate, one Cookie;
 *                   keep "TE: trailers"
 * </pre>
 */
final class HeaderPolicy {
  private static final int FIRST_FINAL = 200;
  private static final int NO_CONTENT = 204;

  private static final AsciiString CONNECTION = AsciiString.cached("connection");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString COOKIE = AsciiString.cached("cookie");
  private static final AsciiString HOST = AsciiString.cached("host");
  private static final AsciiString TE = AsciiString.cached("te");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");

  /** The headers that belong to one connection. */
  private static final List<String> HOP_BY_HOP = List.of(
      "connection",
      "keep-alive",
      "proxy-connection",
      "te",
      "trailer",
      "transfer-encoding",
      "upgrade");

  /** Names in a Connection header that are ignored: other rules handle them, or they are not headers. */
  private static final Set<String> NOT_NAMED =
      Set.of("close", "keep-alive", "upgrade", "host", "content-length");

  private static final HeaderNames OF_RESPONSES = HeaderNames.of(HOP_BY_HOP);
  private static final HeaderNames OF_REQUESTS = HeaderNames.of(withAll(
      HOP_BY_HOP,
      "expect", // the listener asks the client to go on at once
      "forwarded",
      "host",
      "x-forwarded-for"));

  private static final HeaderNames NOTHING = HeaderNames.of();
  private static final HeaderNames ONLY_COOKIE = HeaderNames.of(COOKIE);
  private static final HeaderNames ONLY_CONTENT_LENGTH = HeaderNames.of(CONTENT_LENGTH);
  /** What a recipient must know before the body: RFC 9110 6.5.1. */
  private static final HeaderNames NO_TRAILERS = HeaderNames.of(
      "authorization",
      "cache-control",
      "content-encoding",
      "content-length",
      "content-range",
      "content-type",
      "cookie",
      "max-forwards",
      "proxy-authorization",
      "range");

  private HeaderPolicy() {}

  /** Plans a request to a server. */
  static RequestPlan requestPlan(InboundFacts facts, Route route, Server server) {
    return requestPlan(facts, host(route.host(), facts, server), route.requestEdits());
  }

  /** The same; {@code host} is what the server gets as Host. */
  static RequestPlan requestPlan(InboundFacts facts, CharSequence host, HeaderEdits edits) {
    if (!hasOwnHeaders(facts)) {
      return facts.asked().plans().request(facts, host, edits);
    }
    Upgrade upgrade = facts.upgrade();
    return new RequestPlan(
        request(facts, host, edits), facts.body(), upgrade == null ? null : upgrade.protocol());
  }

  /** Returns whether the plan of a request's headers depends on more than its connection, its Host and its route. */
  private static boolean hasOwnHeaders(InboundFacts facts) {
    RequestHead head = facts.head();
    return facts.peerTrusted()
        || facts.upgrade() != null
        || head.protocol() == Protocol.HTTP_2
        || head.hasHeader(TE)
        || named(head) != null;
  }

  /** Plans the headers of a request to a server. */
  static HeaderPlan request(InboundFacts facts, CharSequence host, HeaderEdits edits) {
    RequestHead head = facts.head();
    Upgrade upgrade = facts.upgrade();
    String cookies = head.protocol() == Protocol.HTTP_2 ? joined(head.headers(COOKIE)) : null;
    HeaderPlan plan = new HeaderPlan(
        OF_REQUESTS,
        edits,
        named(head),
        upgrade != null
            ? upgrade.replaced(cookies != null)
            : cookies != null ? ONLY_COOKIE : NOTHING,
        !facts.peerTrusted());
    plan.add(HOST, host);
    ForwardingHeaders.plan(plan, facts);
    CertificateHeaders.plan(plan, facts);
    if (upgrade == null && ListedTokens.has(head.headers(TE), "trailers")) {
      plan.add(TE, TRAILERS);
      plan.add(CONNECTION, TE); // RFC 9110 10.1.4
    }
    if (cookies != null) {
      plan.add(COOKIE, cookies);
    }
    if (upgrade != null) {
      upgrade.ask(plan);
    }
    return plan;
  }

  /** Plans the headers of a response; one that never has a body must not announce a length: RFC 9110 8.6. */
  static HeaderPlan response(int status, HeaderView headers, HeaderEdits edits) {
    return new HeaderPlan(
        OF_RESPONSES,
        edits,
        named(headers),
        neverHasBody(status) ? ONLY_CONTENT_LENGTH : NOTHING,
        false);
  }

  /** Plans the headers of a response, with a kept plan if that will do. */
  static HeaderPlan response(int status, HeaderView headers, HeaderEdits edits, KeptPlans kept) {
    return neverHasBody(status) || named(headers) != null
        ? response(status, headers, edits)
        : kept.response(edits);
  }

  private static boolean neverHasBody(int status) {
    return status < FIRST_FINAL || status == NO_CONTENT;
  }

  /** Plans the headers of all responses whose Connection header names none. */
  static HeaderPlan usualResponse(HeaderEdits edits) {
    return new HeaderPlan(OF_RESPONSES, edits, null, NOTHING, false);
  }

  /** Plans the headers of a response that switches the protocol. */
  static HeaderPlan switched(Upgrade upgrade, HeaderView headers, HeaderEdits edits) {
    HeaderPlan plan =
        new HeaderPlan(OF_RESPONSES, edits, named(headers), upgrade.replacedInAnswer(), false);
    upgrade.agree(plan);
    return plan;
  }

  /** Plans the trailers of a request: none of those that a server would take for a header that means more. */
  static HeaderPlan requestTrailers(HeaderView trailers, HeaderEdits edits) {
    return new HeaderPlan(OF_REQUESTS, edits.ofTrailers(), named(trailers), NO_TRAILERS, true);
  }

  /** Plans the trailers of a response. */
  static HeaderPlan trailers(HeaderView trailers, HeaderEdits edits) {
    return new HeaderPlan(OF_RESPONSES, edits.ofTrailers(), named(trailers), NOTHING, false);
  }

  private static CharSequence host(HostHeader host, InboundFacts facts, Server server) {
    CharSequence name = switch (host.mode()) {
      case KEEP -> facts.asked().line();
      case NAME -> host.name();
      case SERVER -> null;
    };
    return name != null ? name : Authority.of(server.host(), server.port());
  }

  /** Joins the Cookie fields of HTTP/2 into the one that HTTP/1.1 allows; null: there is at most one. */
  private static @Nullable String joined(List<String> cookies) {
    return cookies.size() > 1 ? String.join("; ", cookies) : null;
  }

  private static @Nullable HeaderNames named(HeaderView headers) {
    List<String> lines = headers.headers(CONNECTION);
    if (lines.isEmpty()) {
      return null;
    }
    List<String> named = null;
    for (String token : ListedTokens.of(lines)) {
      String name = AsciiCase.lower(token);
      if (!name.isEmpty() && !NOT_NAMED.contains(name)) {
        named = named == null ? new ArrayList<>() : named;
        named.add(name);
      }
    }
    return named == null ? null : HeaderNames.of(named);
  }

  private static List<String> withAll(List<String> names, String... more) {
    List<String> all = new ArrayList<>(names);
    all.addAll(List.of(more));
    return all;
  }
}
