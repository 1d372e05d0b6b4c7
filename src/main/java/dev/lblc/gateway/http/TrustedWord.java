package dev.lblc.gateway.http;

import dev.lblc.gateway.route.AsciiCase;
import dev.lblc.gateway.route.BadRequestException;
import dev.lblc.gateway.route.HostName;
import dev.lblc.gateway.route.IpAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a trusted peer says of the request that it forwards: from whom it is, and for which scheme, host and port. It may say so in
 * X-Forwarded headers, in Forwarded, or in both. Immutable.
 *
 * <p>The X-Forwarded headers count first. Many proxies write those only, and pass a client's Forwarded on as it came: if the two name
 * different senders, Forwarded is the client's word and counts for nothing.
 */
final class TrustedWord {
  private static final String UNKNOWN = "unknown";
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");

  private final List<String> forwardedFor;
  private final List<ForwardedField.Element> elements;
  private final @Nullable String scheme;
  private final @Nullable String host;
  private final @Nullable String port;

  /**
   * Reads the headers of a request.
   *
   * @param plan knows the headers that are for this connection only
   */
  TrustedWord(HeaderPlan plan, HeaderView head) {
    forwardedFor = said(plan, head, ForwardingHeaders.FOR);
    List<String> entries = ListedTokens.of(forwardedFor);
    List<ForwardedField.Element> read =
        ForwardedField.read(said(plan, head, ForwardingHeaders.FORWARDED));
    elements = entries.isEmpty() || node(last(entries)).equals(lastNode(read)) ? read : List.of();
    String proto = validScheme(first(said(plan, head, ForwardingHeaders.PROTO)));
    scheme = proto != null ? proto : validScheme(first(ForwardedField.Element::proto));
    String name = validHost(first(said(plan, head, ForwardingHeaders.HOST)));
    host = name != null ? name : validHost(first(ForwardedField.Element::host));
    port = first(said(plan, head, ForwardingHeaders.PORT));
  }

  /** Returns X-Forwarded-For as the peer sent it, or made of its Forwarded; one line for each header. */
  List<String> forwardedFor() {
    return forwardedFor.isEmpty() ? nodes(elements) : forwardedFor;
  }

  /** Returns the addresses on the way, the client's first, each in canonical form or {@code unknown}. */
  List<String> nodes() {
    return ListedTokens.of(forwardedFor()).stream().map(TrustedWord::node).toList();
  }

  /** Returns whether the peer's Forwarded is its own word and can be added to. */
  boolean hasForwarded() {
    return !elements.isEmpty();
  }

  /** Returns whether the peer's Forwarded says for which host or scheme the request was. */
  boolean hasForwardedTarget() {
    return elements.stream().anyMatch(each -> each.host() != null || each.proto() != null);
  }

  /** Returns whether the peer says anything of the URL that the client used. */
  boolean hasTarget() {
    return scheme != null || host != null || port != null;
  }

  /** Returns the scheme that the client used; {@code seen} if the peer says nothing of which it follows. */
  String scheme(String seen) {
    return scheme != null
        ? scheme
        : "443".equals(port) ? "https" : "80".equals(port) ? "http" : seen;
  }

  /** Returns the host that the client asked for, with its port if that was named; null: the peer does not say. */
  @Nullable
  String host() {
    return host;
  }

  /** Returns the addresses that the lines of Forwarded name, as X-Forwarded-For would. */
  static List<String> addresses(List<String> forwarded) {
    return nodes(ForwardedField.read(forwarded));
  }

  private static List<String> said(HeaderPlan plan, HeaderView head, CharSequence name) {
    return plan.isNamed(name)
        ? List.of()
        : head.headers(name).stream().filter(line -> !line.isBlank()).toList();
  }

  private @Nullable String first(Function<ForwardedField.Element, @Nullable String> part) {
    return elements.stream().map(part).filter(Objects::nonNull).findFirst().orElse(null);
  }

  private static @Nullable String first(List<String> lines) {
    return lines.isEmpty() ? null : ListedTokens.of(lines).get(0);
  }

  private static String last(List<String> entries) {
    return entries.get(entries.size() - 1);
  }

  private static @Nullable String lastNode(List<ForwardedField.Element> elements) {
    return elements.isEmpty() ? null : node(elements.get(elements.size() - 1).node());
  }

  private static List<String> nodes(List<ForwardedField.Element> elements) {
    return elements.stream().map(each -> node(each.node())).toList();
  }

  private static String node(@Nullable String entry) {
    String address = entry == null ? null : IpAddress.ofEntry(entry);
    return address == null ? UNKNOWN : address;
  }

  private static @Nullable String validScheme(@Nullable String text) {
    return text != null && SCHEME.matcher(text).matches() ? AsciiCase.lower(text) : null;
  }

  private static @Nullable String validHost(@Nullable String text) {
    try {
      return text == null || HostName.of(text).isEmpty() ? null : text;
    } catch (BadRequestException e) {
      return null; // to be shown in no URL
    }
  }
}
