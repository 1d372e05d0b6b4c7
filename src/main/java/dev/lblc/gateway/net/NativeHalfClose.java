package dev.lblc.gateway.net;

import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How an OpenSSL engine ends one direction of a connection. Confined to the event loop of a connection.
 *
 * <p>A close_notify of TLS 1.3 ends one direction only: RFC 8446 6.1. Netty's engine answers it with its own, and what is still to be written
 * is lost. It does so unless it has noted that a close_notify has come. So that is noted before each record is read, and corrected
 * after it by what the library itself has noted.
 *
 * <p>Once the output is ended, Netty's engine says of each record that all is closed, though more may come.
 */
final class NativeHalfClose {
  private static final Logger LOG = LoggerFactory.getLogger(NativeHalfClose.class);
  private static final String TLS_1_3 = "TLSv1.3";
  private static final @Nullable VarHandle HAS_COME = find();

  private final ReferenceCountedOpenSslEngine engine;
  private final VarHandle hasCome;
  private final boolean isOneWay;
  private boolean isOutputEnded;

  private NativeHalfClose(ReferenceCountedOpenSslEngine engine, VarHandle hasCome) {
    this.engine = engine;
    this.hasCome = hasCome;
    this.isOneWay = TLS_1_3.equals(engine.getSession().getProtocol());
  }

  /** Returns whether Netty's engines are as this class expects. */
  static boolean isPossible() {
    return HAS_COME != null;
  }

  /** Returns it for an engine whose handshake is over. */
  static NativeHalfClose of(ReferenceCountedOpenSslEngine engine) {
    if (HAS_COME == null) {
      throw new IllegalStateException("not possible");
    }
    return new NativeHalfClose(engine, HAS_COME);
  }

  private static @Nullable VarHandle find() {
    Class<?> type = ReferenceCountedOpenSslEngine.class;
    try {
      return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
          .findVarHandle(type, "receivedShutdown", boolean.class);
    } catch (ReflectiveOperationException e) {
      LOG.warn("this Netty has another engine for OpenSSL than expected: TLS is the JDK's", e);
      return null;
    }
  }

  /** Is called before a record is read. */
  void beforeRecord() {
    if (isOneWay) {
      hasCome.set(engine, true);
    }
  }

  /** Is called when the output is ended. */
  void endOutput() {
    isOutputEnded = true;
  }

  /** Is called after a record. Returns whether a close_notify has come, with it or before, of which Netty does not tell. */
  boolean afterRecord() {
    if (!isOneWay) {
      return isOutputEnded && engine.isInboundDone();
    }
    long pointer = engine.sslPointer();
    boolean isEnd = pointer == 0 || (SSL.getShutdown(pointer) & SSL.SSL_RECEIVED_SHUTDOWN) != 0;
    hasCome.set(engine, isEnd);
    return isEnd;
  }
}
