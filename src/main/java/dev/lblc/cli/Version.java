package dev.lblc.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** The version of the program, as of its build. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() throws IOException {
    return new String[] {"vertx-lblc " + number()};
  }

  private static String number() throws IOException {
    Properties properties = new Properties();
    // A filtered resource: classes that are not packed in a jar have no manifest.
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      if (in == null) {
        throw new IOException("version.properties is missing from the class path");
      }
      properties.load(in);
    }
    return properties.getProperty("version", "unknown");
  }
}
