package dev.lblc.tls;

import dev.lblc.config.ServiceConfig;
import dev.lblc.config.UpstreamTlsConfig;
import dev.lblc.discovery.Dial;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of connections to the servers of one service. Its files are read once. Immutable but for its memory of sessions; shared by
 * all event loops.
 *
 * <pre>
 * the name that a certificate has to have, and that is sent to the server:
 *   serverName, if the service has one
 *   the name that discovery asks for, if the server was found by it
 *   the host of the server; an address is looked for among those in the certificate, and no name is sent
 * </pre>
 *
 * <p>Sessions are resumed: one for each server is kept, or with TLS 1.3 the tickets that it gave.
 */
public final class UpstreamTls {
  /** Of engines whose certificates are compared with the name. */
  private static final String BY_NAME = "HTTPS";

  private final TlsTerms terms;
  private final Listener listener;
  private final SslContext context;

  /** Is told of servers with which no TLS came about. May be called from any event loop. */
  public interface Listener {
    /** Tells nobody. */
    Listener NONE = (server, failure) -> {};

    /**
     * Notes a failure.
     *
     * @param server its id
     */
    void failed(String server, UpstreamTlsException failure);
  }

  private UpstreamTls(TlsTerms terms, Listener listener) throws SSLException {
    this.terms = terms;
    this.listener = listener;
    this.context = terms.context();
  }

  /**
   * Reads the files of a service. Waits for them.
   *
   * @param tls of the service
   * @param protocols that are offered by ALPN, the preferred one first; empty: servers are not asked
   * @param listener is told of failures
   * @param known returned if it means the same, and its files had the same content: it knows sessions of the servers; null: there is none
   * @throws IllegalArgumentException if they cannot be used; the message names the service
   */
  public static UpstreamTls read(
      ServiceConfig service,
      UpstreamTlsConfig tls,
      List<String> protocols,
      Listener listener,
      @Nullable UpstreamTls known) {
    try {
      TlsTerms terms = TlsTerms.read(service, tls, protocols);
      return known != null && terms.equals(known.terms) ? known : new UpstreamTls(terms, listener);
    } catch (IllegalArgumentException | SSLException e) {
      throw new IllegalArgumentException(
          "service " + service.name() + ": tls: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the handler of a new connection, which begins a handshake once it is in the pipeline of one. It has no time limit of its
   * own.
   *
   * @param host of the server, as it is configured or was found
   * @param port of the server
   */
  public SslHandler handler(ByteBufAllocator allocator, String host, int port) {
    String name = terms.name(host, port);
    // The JDK looks for a session by name and port. Servers may have one name and port, and know
    // only their own sessions.
    int session = name.equals(host) ? port : Objects.hash(host, port);
    SSLEngine engine = context.newEngine(allocator, name, session);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(ServerName.sent(name));
    if (terms.config().verify() && ServerName.isKnownToTheJdk(name)) {
      parameters.setEndpointIdentificationAlgorithm(BY_NAME);
    }
    engine.setSSLParameters(parameters);
    SslHandler handler = new Handler(engine);
    handler.setHandshakeTimeoutMillis(0);
    return handler;
  }

  /** Knows whether a connection ended within a record. */
  private static final class Handler extends SslHandler {
    private boolean endsWithinRecord;

    Handler(SSLEngine engine) {
      super(engine);
    }

    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out)
        throws Exception {
      super.decodeLast(context, in, out);
      endsWithinRecord = in.isReadable();
    }
  }

  /** Returns whether the server has ended a connection within a record, so that something is missing for sure. */
  public static boolean endsWithinRecord(Channel channel) {
    Handler handler = channel.pipeline().get(Handler.class);
    return handler != null && handler.endsWithinRecord;
  }

  /**
   * Returns what is wrong with a connection whose handshake is over; null: it can be used. A server that chooses none of the protocols
   * that were offered to it speaks something else.
   */
  public @Nullable UpstreamTlsException failure(
      Channel channel, SslHandshakeCompletionEvent handshake) {
    List<String> offered = terms.protocols();
    if (!handshake.isSuccess()) {
      return new UpstreamTlsException(handshake.cause(), offered);
    }
    String chosen = channel.pipeline().get(SslHandler.class).applicationProtocol();
    return offered.isEmpty() || (chosen != null && offered.contains(chosen))
        ? null
        : new UpstreamTlsException(
            UpstreamTlsFailure.NO_COMMON_ALPN, new SSLException("it chose no protocol"), offered);
  }

  /** Returns the same with other protocols to choose from, for checks that speak another version of HTTP than requests. */
  public UpstreamTls offering(List<String> protocols) {
    if (protocols.equals(terms.protocols())) {
      return this;
    }
    try {
      return new UpstreamTls(terms.with(protocols), listener);
    } catch (SSLException e) {
      throw new IllegalArgumentException(String.valueOf(e), e);
    }
  }

  /** Returns what makes its engines, for those who ask what that is: a {@link #handler} knows its server, too. */
  public SslContext context() {
    return context;
  }

  /** Returns the handshake of connections to a server. */
  public Dial.Handshake handshake(String host, int port) {
    return new Dial.Handshake() {
      @Override
      public void begin(Channel channel, Consumer<@Nullable Throwable> told) {
        SslHandler handler;
        try {
          handler = handler(channel.alloc(), host, port);
        } catch (RuntimeException e) { // the caller would wait
          told.accept(new UpstreamTlsException(e));
          return;
        }
        TlsHandshake.begin(UpstreamTls.this, channel, handler, told);
      }

      @Override
      public Throwable late() {
        return new UpstreamTlsException(
            new SslHandshakeTimeoutException("the handshake is not complete"));
      }
    };
  }

  /**
   * Returns whether a server may yet refuse the gateway's certificate, or its lack of one: with TLS 1.3 the handshake is complete on
   * the client's side before the server has read its last part.
   */
  public static boolean mayRefuseLate(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    return handler != null && handler.engine().getSession().getProtocol().equals(TlsTerms.TLS_1_3);
  }

  /** Tells of a server with which no TLS came about. */
  public void failed(String server, UpstreamTlsException failure) {
    listener.failed(server, failure);
  }

  /** Returns whether connections of the other one are as good: it means the same, and its files had the same content. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other || (other instanceof UpstreamTls that && terms.equals(that.terms));
  }

  @Override
  public int hashCode() {
    return terms.hashCode();
  }
}
