package dev.lblc.config;

import org.jspecify.annotations.Nullable;

/** The reader of {@code admin}. */
final class AdminReader {
  private AdminReader() {}

  static @Nullable AdminConfig read(Cursor admin, BoundPorts ports) {
    AdminConfig read = admin.object(Keys.ADMIN, keys -> {
      Cursor host = keys.optional("host");
      String address = host.text(NetSyntax.HOST, "127.0.0.1");
      Cursor port = keys.required("port");
      int number = port.integer(0, 0, 65_535);
      ports.bind(port, address, number);
      Cursor token = keys.optional("token").secret();
      if (!token.isPresent() && !NetSyntax.isLoopback(address)) {
        host.fail("a loopback address such as 127.0.0.1 where there is no token");
      }
      return new AdminConfig(address, number, token.text(HttpSyntax.BEARER_TOKEN));
    });
    return admin.isPresent() ? read : null;
  }
}
