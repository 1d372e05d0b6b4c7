package dev.lblc.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** What TLS clients send first. */
public final class Hellos {
  private Hellos() {}

  /** That of the JDK's client for a server of that name. */
  public static byte[] ofJdk(String name) throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine();
    engine.setUseClientMode(true);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(name)));
    engine.setSSLParameters(parameters);
    ByteBuffer out = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
    engine.wrap(ByteBuffer.allocate(0), out);
    out.flip();
    byte[] hello = new byte[out.remaining()];
    out.get(hello);
    return hello;
  }

  /** One with these extensions, in records of at most {@code recordBytes}. */
  public static byte[] with(int recordBytes, byte[]... extensions) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(new byte[] {3, 3});
    body.writeBytes(new byte[32]);
    body.writeBytes(new byte[] {0}); // no session
    body.writeBytes(new byte[] {0, 2, 0x13, 0x01}); // one cipher suite
    body.writeBytes(new byte[] {1, 0}); // no compression
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] extension : extensions) {
      all.writeBytes(extension);
    }
    body.writeBytes(vector(2, all.toByteArray()));
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    message.write(1);
    message.writeBytes(vector(3, body.toByteArray()));
    return records(message.toByteArray(), recordBytes);
  }

  /** The extension that names the server. */
  public static byte[] serverName(String name) {
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    entry.write(0);
    entry.writeBytes(vector(2, name.getBytes(StandardCharsets.ISO_8859_1)));
    return extension(0, vector(2, entry.toByteArray()));
  }

  /** An extension that says nothing, at length. */
  public static byte[] padding(int length) {
    return extension(21, new byte[length]);
  }

  /** Handshake bytes, cut into records. */
  public static byte[] records(byte[] message, int recordBytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < message.length; at += recordBytes) {
      int length = Math.min(recordBytes, message.length - at);
      out.writeBytes(new byte[] {22, 3, 1, (byte) (length >> 8), (byte) length});
      out.write(message, at, length);
    }
    return out.toByteArray();
  }

  private static byte[] extension(int type, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) (type >> 8), (byte) type});
    out.writeBytes(vector(2, data));
    return out.toByteArray();
  }

  private static byte[] vector(int lengthBytes, byte[] data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int shift = 8 * (lengthBytes - 1); shift >= 0; shift -= 8) {
      out.write(data.length >> shift);
    }
    out.writeBytes(data);
    return out.toByteArray();
  }
}
