package dev.lblc.gateway.route;

/** A host name, or {@code *.} and a name that stands for one or more labels before it. Immutable. */
public final class HostPattern {
  private final String name;
  private final boolean isSuffix;

  /** Creates the pattern of a text, which is in lower case. */
  public HostPattern(String pattern) {
    isSuffix = pattern.startsWith("*.");
    name = isSuffix ? pattern.substring(1) : pattern;
  }

  /** Returns whether a host, in lower case and without port, matches. */
  public boolean matches(String host) {
    return isSuffix
        ? host.length() > name.length() && host.endsWith(name) && host.charAt(0) != '.'
        : host.equals(name);
  }
}
