package dev.lblc.gateway.route;

/** A host name, or {@code *.} and a name that stands for one or more labels before it. Immutable. */
public final class HostPattern {
  private final String name;
  private final boolean isSuffix;

  /** Creates the pattern of a text in lower case, as the reader of the configuration gives it. */
  public HostPattern(String pattern) {
    isSuffix = pattern.startsWith("*.");
    name = isSuffix ? pattern.substring(1) : pattern;
  }

  /** Returns whether a host, lower case and without port, fits. */
  public boolean matches(String host) {
    return isSuffix
        ? host.length() > name.length() && host.endsWith(name) && host.charAt(0) != '.'
        : host.equals(name);
  }
}
