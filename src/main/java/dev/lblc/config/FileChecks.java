package dev.lblc.config;

import java.nio.file.Path;
import java.util.List;

/** The checks of the files that a configuration names. They read the files, and block for it. */
public interface FileChecks {
  /** Looks into no file. */
  FileChecks NONE = new FileChecks() {
    @Override
    public List<Finding> certificate(Path certificate, Path key) {
      return List.of();
    }

    @Override
    public List<Finding> choice(List<TlsConfig.Certificate> certificates) {
      return List.of();
    }

    @Override
    public List<Finding> authorities(Path trust) {
      return List.of();
    }

    @Override
    public List<Finding> hazelcast(Path file) {
      return List.of();
    }

    @Override
    public List<Finding> accessLog(Path file) {
      return List.of();
    }
  };

  /** Checks a certificate and its private key. Each message names the file. */
  List<Finding> certificate(Path certificate, Path key);

  /** Checks the certificates of one listener, in their order: whether each is chosen for a name. Passes over those with faults. */
  List<Finding> choice(List<TlsConfig.Certificate> certificates);

  /** Checks a file of certificates of authorities. Each message names the file. */
  List<Finding> authorities(Path trust);

  /** Checks a configuration of Hazelcast. */
  List<Finding> hazelcast(Path file);

  /** Checks whether lines can be appended to a file, which need not exist. */
  List<Finding> accessLog(Path file);

  /** What a check has found. */
  sealed interface Finding {
    /**
     * With the file as it is nothing can start.
     *
     * @param found what is wrong
     * @param expected what would have been right
     */
    record Fault(String found, String expected) implements Finding {}

    /**
     * The file can be used, and does harm or soon will.
     *
     * @param message what happens
     * @param severity how bad it is
     */
    record Suspicion(String message, ConfigWarning.Severity severity) implements Finding {}
  }
}
