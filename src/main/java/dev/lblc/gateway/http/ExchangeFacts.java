package dev.lblc.gateway.http;

import dev.lblc.gateway.route.AttemptFacts;
import dev.lblc.gateway.route.Attempts;
import dev.lblc.gateway.route.IpAddress;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What is logged of an exchange that ends. Confined to its event loop. */
final class ExchangeFacts implements AttemptFacts {
  private static final AsciiString HOST = AsciiString.cached("host");
  private static final AsciiString USER_AGENT = AsciiString.cached("user-agent");

  private final Exchange<?> exchange;
  private final Outcome outcome;

  ExchangeFacts(Exchange<?> exchange, Outcome outcome) {
    this.exchange = exchange;
    this.outcome = outcome;
  }

  private RequestHead head() {
    return exchange.client().head();
  }

  @Override
  public @Nullable Attempts attempts() {
    return exchange.attempts();
  }

  @Override
  public boolean isConnection() {
    return false;
  }

  @Override
  public String client() {
    InboundFacts facts = exchange.facts();
    return facts != null ? facts.clientIp() : IpAddress.canonical(head().peer());
  }

  @Override
  public String method() {
    return head().method();
  }

  /** Of a request that could not be understood it is the first of what came. */
  @Override
  public @Nullable String host() {
    InboundFacts facts = exchange.facts();
    if (facts != null) {
      return facts.authority();
    }
    String authority = head().authority();
    return authority != null ? authority : head().header(HOST);
  }

  @Override
  public String target() {
    return head().target();
  }

  @Override
  public String protocol() {
    return head().protocol().text();
  }

  @Override
  public int status() {
    return exchange.status();
  }

  @Override
  public long bytesIn() {
    return exchange.client().received();
  }

  @Override
  public long bytesOut() {
    return exchange.client().sent();
  }

  @Override
  public long bytes() {
    return exchange.phase() == Exchange.Phase.TUNNELLING ? bytesIn() + bytesOut() : bytesOut();
  }

  @Override
  public long nanos() {
    return outcome.nanos();
  }

  @Override
  public long headNanos() {
    return outcome.headNanos();
  }

  @Override
  public long queueNanos() {
    return outcome.queueNanos();
  }

  @Override
  public long connectNanos() {
    return outcome.connectNanos();
  }

  @Override
  public @Nullable String service() {
    return exchange.serviceName();
  }

  @Override
  public String end() {
    return outcome.label();
  }

  @Override
  public @Nullable String error() {
    return outcome.words();
  }

  @Override
  public @Nullable String tlsVersion() {
    return head().tlsVersion();
  }

  @Override
  public @Nullable String serverName() {
    return head().serverName();
  }

  @Override
  public @Nullable String requestId() {
    RequestId id = exchange.requestId();
    return id == null ? null : id.isTrace() ? traceId() : id.text();
  }

  @Override
  public @Nullable String traceId() {
    ExchangeTrace trace = exchange.trace();
    String traced = trace == null ? null : trace.id();
    if (traced != null) {
      return traced;
    }
    RequestId id = exchange.requestId();
    return id != null && id.isTrace() ? id.text() : RequestId.traceId(head());
  }

  @Override
  public @Nullable String userAgent() {
    return head().header(USER_AGENT);
  }
}
