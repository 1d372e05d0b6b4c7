package dev.lblc.tls;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The reader of private keys in PEM: of PKCS #8, PKCS #1 (RSA) and SEC 1 (elliptic curves). The latter two do not say which algorithm they
 * are for; that is the certificate's.
 */
final class PemKey {
  private static final Pattern BLOCK = Pattern.compile(
      "-----BEGIN (RSA |EC |ENCRYPTED )?PRIVATE KEY-----([^-]*)-----END \\1?PRIVATE KEY-----");

  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 4;
  private static final byte[] VERSION_0 = {2, 1, 0};

  /** The kinds of keys that certificates have in TLS. */
  private static final List<String> KINDS = List.of("RSA", "RSASSA-PSS", "EC", "EdDSA");

  /** Lengths from here on take more than one octet. */
  private static final int LONG_LENGTH = 0x80;

  private PemKey() {}

  /** Says that a key is of another kind than the one that it should belong to. */
  static final class OtherKindException extends InvalidKeyException {
    private static final long serialVersionUID = 1L;

    OtherKindException(String kind, PublicKey certified) {
      super("it is a key of " + kind + ", and the certificate's is one of "
          + certified.getAlgorithm());
    }
  }

  /**
   * Returns the first private key in a text.
   *
   * @param certified the key that it belongs to
   * @throws OtherKindException if it is of another kind
   * @throws GeneralSecurityException if there is none, or it cannot be read
   */
  static PrivateKey read(String text, PublicKey certified) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(text);
    if (!block.find()) {
      throw new InvalidKeyException("there is no -----BEGIN PRIVATE KEY-----");
    }
    String kind = block.group(1);
    if ("ENCRYPTED ".equals(kind)) {
      throw new InvalidKeyException("it is encrypted, and there is no key for its password");
    }
    byte[] octets = decoded(block.group(2));
    if (kind == null) {
      return ofPkcs8(octets, certified);
    }
    String named = kind.strip();
    if (!certified.getAlgorithm().startsWith(named)) { // RSA is for RSASSA-PSS, too
      throw new OtherKindException(named, certified);
    }
    return key(
        certified.getAlgorithm(),
        element(
            SEQUENCE,
            joined(VERSION_0, algorithm(certified.getEncoded()), element(OCTET_STRING, octets))));
  }

  private static PrivateKey ofPkcs8(byte[] octets, PublicKey certified)
      throws GeneralSecurityException {
    try {
      return key(certified.getAlgorithm(), octets);
    } catch (InvalidKeySpecException e) {
      for (String other : KINDS) {
        if (isOf(other, octets)) {
          throw new OtherKindException(other, certified);
        }
      }
      throw e;
    }
  }

  private static boolean isOf(String kind, byte[] pkcs8) throws NoSuchAlgorithmException {
    try {
      return key(kind, pkcs8).getAlgorithm().equals(kind);
    } catch (InvalidKeySpecException e) {
      return false;
    }
  }

  private static PrivateKey key(String kind, byte[] pkcs8)
      throws NoSuchAlgorithmException, InvalidKeySpecException {
    return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
  }

  private static byte[] decoded(String base64) throws InvalidKeyException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new InvalidKeyException("it is no base64", e);
    }
  }

  /** Returns the first element in the sequence that is a public key: RFC 5280 4.1. */
  private static byte[] algorithm(byte[] publicKey) {
    int start = contentOf(publicKey, 0);
    return Arrays.copyOfRange(publicKey, start, endOf(publicKey, start));
  }

  private static int contentOf(byte[] der, int element) {
    int length = der[element + 1] & 0xff;
    return element + 2 + (length < LONG_LENGTH ? 0 : length - LONG_LENGTH);
  }

  private static int endOf(byte[] der, int element) {
    int content = contentOf(der, element);
    int length = der[element + 1] & 0xff;
    if (length >= LONG_LENGTH) {
      length = 0;
      for (int i = element + 2; i < content; i++) {
        length = length << 8 | (der[i] & 0xff);
      }
    }
    return content + length;
  }

  private static byte[] element(int tag, byte[] content) {
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    element.write(tag);
    if (content.length < LONG_LENGTH) {
      element.write(content.length);
    } else {
      int octets = content.length < 1 << 8 ? 1 : content.length < 1 << 16 ? 2 : 3;
      element.write(LONG_LENGTH + octets);
      for (int shift = 8 * (octets - 1); shift >= 0; shift -= 8) {
        element.write(content.length >> shift);
      }
    }
    element.writeBytes(content);
    return element.toByteArray();
  }

  private static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
