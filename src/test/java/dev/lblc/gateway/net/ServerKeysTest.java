package dev.lblc.gateway.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lblc.testing.Eventually;
import dev.lblc.testing.SelfSigned;
import dev.lblc.tls.Identity;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.SimpleKeyManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServerKeysTest {
  private static final int BUFFER = 1 << 16;

  /** {@link dev.lblc.testing.LogCheck} fails the class if Netty reports that a key was not given back. */
  @Test
  void keyForOpenSsl_ofTwoFirstHandshakesAtOnce_isGivenBack() throws Exception {
    assumeTrue(OpenSsl.isAvailable(), "OpenSSL is not available");
    SelfSigned files = SelfSigned.of("a.example.com");
    ServerKeys keys = new ServerKeys(List.of(Identity.read(files.certificate(), files.key())));

    WeakReference<SslContext> context = new WeakReference<>(beginTwice(keys));
    Eventually.holds("the settings were collected", () -> {
      System.gc();
      return context.refersTo(null);
    });

    // Netty looks for keys that were not given back when it makes the next one.
    assertThat(beginTwice(keys)).isNotNull();
  }

  /**
   * Has one handshake ask for the key before another one does, and get it afterwards.
   *
   * @return the settings of both, given back
   */
  private static SslContext beginTwice(ServerKeys keys) throws Exception {
    Late late = new Late((X509ExtendedKeyManager) keys.forOpenSsl().getKeyManagers()[0]);
    SslContext context = SslContextBuilder.forServer(
            new OpenSslCachingX509KeyManagerFactory(late.factory()))
        .sslProvider(SslProvider.OPENSSL_REFCNT)
        .option(OpenSslContextOption.USE_TASKS, false)
        .build();
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      Future<Boolean> first = other.submit(() -> begin(context));
      late.isAsked.get(20, TimeUnit.SECONDS);
      assertThat(begin(context)).isTrue();
      late.mayGoOn.complete(null);
      assertThat(first.get(20, TimeUnit.SECONDS)).isTrue();
    } finally {
      other.shutdownNow();
      ReferenceCountUtil.release(context);
    }
    return context;
  }

  /** Has the server read a ClientHello, upon which it asks for its key. */
  private static boolean begin(SslContext context) throws SSLException {
    SSLEngine server = context.newEngine(UnpooledByteBufAllocator.DEFAULT);
    try {
      SSLEngine client =
          SslContextBuilder.forClient().build().newEngine(UnpooledByteBufAllocator.DEFAULT);
      ByteBuffer hello = ByteBuffer.allocate(BUFFER);
      client.wrap(ByteBuffer.allocate(0), hello);
      server.unwrap(hello.flip(), ByteBuffer.allocate(BUFFER));
      return server.getHandshakeStatus() == HandshakeStatus.NEED_WRAP;
    } finally {
      ReferenceCountUtil.release(server);
    }
  }

  /** Keys whose certificates are given to the first who asks only when he may go on. */
  private static final class Late extends X509ExtendedKeyManager {
    final CompletableFuture<@Nullable Void> isAsked = new CompletableFuture<>();
    final CompletableFuture<@Nullable Void> mayGoOn = new CompletableFuture<>();
    private final X509ExtendedKeyManager keys;

    Late(X509ExtendedKeyManager keys) {
      this.keys = keys;
    }

    SimpleKeyManagerFactory factory() {
      return new SimpleKeyManagerFactory() {
        @Override
        protected void engineInit(@Nullable KeyStore store, char @Nullable [] password) {
          throw new UnsupportedOperationException();
        }

        @Override
        protected void engineInit(ManagerFactoryParameters parameters) {
          throw new UnsupportedOperationException();
        }

        @Override
        protected KeyManager[] engineGetKeyManagers() {
          return new KeyManager[] {Late.this};
        }
      };
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
      if (isAsked.complete(null)) {
        mayGoOn.join();
      }
      return keys.getCertificateChain(alias);
    }

    @Override
    public @Nullable PrivateKey getPrivateKey(String alias) {
      return keys.getPrivateKey(alias);
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
        String kind, Principal @Nullable [] issuers, SSLEngine engine) {
      return keys.chooseEngineServerAlias(kind, issuers, engine);
    }

    @Override
    public String @Nullable [] getServerAliases(String kind, Principal @Nullable [] issuers) {
      return keys.getServerAliases(kind, issuers);
    }

    @Override
    public @Nullable String chooseServerAlias(
        String kind, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return keys.chooseServerAlias(kind, issuers, socket);
    }

    @Override
    public String @Nullable [] getClientAliases(String kind, Principal @Nullable [] issuers) {
      return keys.getClientAliases(kind, issuers);
    }

    @Override
    public @Nullable String chooseClientAlias(
        String[] kinds, Principal @Nullable [] issuers, @Nullable Socket socket) {
      return keys.chooseClientAlias(kinds, issuers, socket);
    }
  }
}
