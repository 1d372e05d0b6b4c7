package dev.lblc.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The reading of certificates in PEM. */
public final class Authorities {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----");

  private Authorities() {}

  /**
   * Reads the certificates of authorities. Waits for the file.
   *
   * @throws IllegalArgumentException if they cannot be used; the message names the file
   */
  public static List<X509Certificate> read(Path file) {
    return certificates(file, octets(file));
  }

  /** Reads the certificates in the octets of a file. */
  static List<X509Certificate> certificates(Path file, byte[] octets) {
    List<X509Certificate> read = new ArrayList<>();
    try {
      CertificateFactory factory = CertificateFactory.getInstance("X.509");
      Matcher block = PEM.matcher(text(octets));
      while (block.find()) {
        byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
        read.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded)));
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          file + " has a certificate that cannot be read: " + words(e), e);
    }
    if (read.isEmpty()) {
      throw new IllegalArgumentException(file + " has no certificate in PEM");
    }
    return read;
  }

  /** Reads a file. */
  static byte[] octets(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: " + e, e);
    }
  }

  /** Returns PEM as text: it is ASCII, with any comments in between. */
  static String text(byte[] pem) {
    return new String(pem, StandardCharsets.ISO_8859_1);
  }

  /** Returns what an exception says, by its innermost cause. */
  static String words(Throwable e) {
    Throwable cause = e.getCause();
    return cause != null ? words(cause) : String.valueOf(e.getMessage());
  }
}
