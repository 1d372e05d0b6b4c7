package dev.lblc.gateway;

import dev.lblc.config.ConfigWarning.Severity;
import dev.lblc.config.FileChecks.Finding;
import dev.lblc.config.TlsConfig;
import dev.lblc.gateway.net.CertificateChoice;
import dev.lblc.gateway.net.CertificateNames;
import dev.lblc.tls.Authorities;
import dev.lblc.tls.Identity;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The check of files of certificates: whether they can be used, and whether they are valid at a time. Waits for the files. */
public final class Certificates {
  /** Those who renew certificates do so weeks before they expire: with less left, that has failed. */
  private static final Duration SOON = Duration.ofDays(14);

  /** Certificates for a few days are renewed later, but before this part of their time is left. */
  private static final int SOON_PART = 4;

  private Certificates() {}

  /** Checks a certificate and its key. */
  public static List<Finding> certificate(Path certificate, Path key, Instant now) {
    try {
      return dates(
          certificate,
          Identity.read(certificate, key).chain(),
          now,
          Severity.ERROR,
          "it is refused");
    } catch (IllegalArgumentException e) {
      return List.of(new Finding.Fault(
          String.valueOf(e.getMessage()), "a certificate and its private key, in PEM"));
    }
  }

  /**
   * Checks the certificates of authorities. What one has issued is accepted whatever its own time: RFC 5280 6.1 does not look at that of
   * a trust anchor, nor does the JDK. Such a one is most often left over, beside its successor; if all are, nobody has looked.
   */
  public static List<Finding> authorities(Path file, Instant now) {
    try {
      List<X509Certificate> authorities = Authorities.read(file);
      Severity severity = authorities.stream().allMatch(each -> isOutOfTime(each, now))
          ? Severity.ERROR
          : Severity.WARNING;
      return dates(file, authorities, now, severity, "what it has issued is accepted all the same");
    } catch (IllegalArgumentException e) {
      return List.of(
          new Finding.Fault(String.valueOf(e.getMessage()), "certificates of authorities, in PEM"));
    }
  }

  /** Checks the choice among the certificates of a listener. Passes over those that cannot be used. */
  public static List<Finding> choice(List<TlsConfig.Certificate> files) {
    IdentityHashMap<Identity, Path> read = new IdentityHashMap<>();
    List<Identity> certificates = new ArrayList<>();
    for (TlsConfig.Certificate each : files) {
      try {
        Identity certificate = Identity.read(each.certificate(), each.key());
        read.put(certificate, each.certificate());
        certificates.add(certificate);
      } catch (IllegalArgumentException e) {
        return List.of(); // a fault of the file, which is told by itself
      }
    }
    CertificateChoice choice = new CertificateChoice(certificates);
    return certificates.stream()
        .filter(certificate -> !choice.isForOthers(certificate))
        .flatMap(certificate -> unused(certificate, choice, read).stream())
        .toList();
  }

  private static List<Finding> unused(
      Identity certificate, CertificateChoice choice, IdentityHashMap<Identity, Path> files) {
    Set<String> names = CertificateNames.of(certificate.chain().get(0));
    Map<String, Identity> used = choice.inTheWayOf(certificate);
    if (names.isEmpty()) {
      return List.of(suspicion(files.get(certificate)
          + " is never used: it has no name that a client could ask for, and is not the first"));
    }
    String others = used.entrySet().stream()
        .map(each -> each.getKey() + " (" + files.get(each.getValue()) + ")")
        .collect(Collectors.joining(", "));
    return used.isEmpty()
        ? List.of()
        : List.of(suspicion(files.get(certificate) + " is "
            + (used.size() == names.size() ? "never used" : "not used for all its names")
            + ": certificates before it with the same kind of key are for " + others));
  }

  private static Finding suspicion(String message) {
    return new Finding.Suspicion(message, Severity.WARNING);
  }

  private static boolean isOutOfTime(X509Certificate certificate, Instant now) {
    return now.isBefore(certificate.getNotBefore().toInstant())
        || now.isAfter(certificate.getNotAfter().toInstant());
  }

  /** Checks their times; {@code severity} and {@code consequence} are of one that is not valid now. */
  private static List<Finding> dates(
      Path file, List<X509Certificate> chain, Instant now, Severity severity, String consequence) {
    List<Finding> findings = new ArrayList<>();
    for (X509Certificate certificate : chain) {
      Instant from = certificate.getNotBefore().toInstant();
      Instant until = certificate.getNotAfter().toInstant();
      Duration left = Duration.between(now, until);
      Duration whole = Duration.between(from, until);
      String who = file + ": the certificate of " + certificate.getSubjectX500Principal();
      if (now.isBefore(from)) {
        findings.add(new Finding.Suspicion(
            who + " is not valid before " + from + ": until then " + consequence, severity));
      } else if (left.isNegative()) {
        findings.add(
            new Finding.Suspicion(who + " has expired on " + until + ": " + consequence, severity));
      } else if (left.compareTo(SOON) < 0 && left.compareTo(whole.dividedBy(SOON_PART)) < 0) {
        findings.add(new Finding.Suspicion(
            who + " expires on " + until + ", in " + left.toDays() + " days: renew it",
            Severity.WARNING));
      }
    }
    return findings;
  }
}
