package dev.lblc.cli;

import java.net.URI;
import java.net.URISyntaxException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The converter of {@code --admin}: a URL, or host and port alone. */
final class AdminUrl implements ITypeConverter<URI> {
  private static final String EXPECTED = " (expected: http://HOST:PORT, or HOST:PORT)";

  @Override
  public URI convert(String value) {
    try {
      URI url = new URI(value.contains("://") ? value : "http://" + value);
      boolean hasPort = value.contains("://") ? url.getPort() != 0 : url.getPort() > 0;
      if ("http".equalsIgnoreCase(url.getScheme())
          && url.getHost() != null
          && hasPort
          && url.getPort() <= 65_535
          && url.getRawUserInfo() == null
          && (url.getRawPath().isEmpty() || url.getRawPath().equals("/"))
          && url.getRawQuery() == null
          && url.getRawFragment() == null) {
        return new URI("http", null, url.getHost(), url.getPort(), null, null, null);
      }
    } catch (URISyntaxException e) {
      // Told below, as any other text that is no such URL.
    }
    throw new TypeConversionException(value + EXPECTED);
  }
}
