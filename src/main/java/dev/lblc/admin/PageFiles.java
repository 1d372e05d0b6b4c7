package dev.lblc.admin;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of the page, from the class path. Everybody gets them: they are the same for all gateways, and what they show they ask
 * for with the token.
 */
final class PageFiles {
  /**
   * Nothing but these files is loaded or asked, no script or style stands in the page itself, and no other page has it in a frame: a
   * destination, which clients choose, cannot bring anything with it.
   */
  private static final String POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final String INDEX = "index.html";
  private static final List<String> NAMES = List.of(
      INDEX,
      "page.css",
      "icon.svg",
      "main.js",
      "api.js",
      "attention.js",
      "cluster.js",
      "dom.js",
      "explain.js",
      "format.js",
      "servers.js",
      "services.js",
      "sparkline.js",
      "stream.js",
      "top.js");
  private static final Map<String, String> TYPES = Map.of(
      "html", "text/html; charset=utf-8",
      "css", "text/css; charset=utf-8",
      "js", "text/javascript; charset=utf-8",
      "svg", "image/svg+xml");

  private final Map<String, Buffer> files = new HashMap<>();

  /** Reads the files. */
  PageFiles() {
    for (String name : NAMES) {
      files.put(name, read(name));
    }
  }

  void addTo(Endpoints endpoints) {
    endpoints.addOpen(
        HttpMethod.GET, "/", "the page: open it in a browser", request -> send(request, INDEX));
    endpoints.addOpen(
        HttpMethod.GET,
        "/page/{file}",
        "the files of the page",
        request -> send(request, request.parameter("file")));
  }

  private void send(AdminRequest request, String name) {
    Buffer content = files.get(name);
    if (content == null) {
      throw new ProblemException(404, "the page has no such file");
    }
    HttpServerResponse response = request.response();
    response
        .putHeader("Content-Security-Policy", POLICY)
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin");
    Responses.file(response, TYPES.getOrDefault(extension(name), ""), content);
  }

  private static String extension(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static Buffer read(String name) {
    try (InputStream file = PageFiles.class.getResourceAsStream("page/" + name)) {
      if (file == null) {
        throw new IllegalStateException("the jar lacks a file of the page: " + name);
      }
      return Buffer.buffer(file.readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException("cannot read a file of the page: " + name, e);
    }
  }
}
