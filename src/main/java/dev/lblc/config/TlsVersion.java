package dev.lblc.config;

import java.util.Arrays;
import java.util.List;

/** A version of TLS that listeners speak, oldest first. */
public enum TlsVersion {
  /** TLS 1.2. */
  TLS_1_2("1.2"),
  /** TLS 1.3. */
  TLS_1_3("1.3");

  private static final List<String> NAMES =
      Arrays.stream(values()).map(TlsVersion::text).toList();

  private static final String EXPECTED = "one of \"1.2\", \"1.3\", a string";

  /** The syntax of a version in a configuration. */
  static final Syntax<TlsVersion> SYNTAX =
      NameSyntax.oneOf(NAMES).then(EXPECTED, text -> values()[NAMES.indexOf(text)]);

  private final String text;

  TlsVersion(String text) {
    this.text = text;
  }

  /** Returns the version as it is written in a configuration. */
  public String text() {
    return text;
  }
}
