package io.tollgate.deploy;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wish to end this process, as SIGINT or SIGTERM brings it; a second one ends it at once.
 *
 * <p>Not a shutdown hook: hooks run side by side, so logs and stores would go while requests are
 * still under way, and a second signal would be lost on them. The class that the JDK offers is
 * reached by reflection, since it is a supported one that the compiler nevertheless warns of.
 */
final class StopSignal {
  private static final Logger LOG = LoggerFactory.getLogger(StopSignal.class);
  private static final int EXIT_CODE_SIGNALLED = 130;

  private final CountDownLatch asked = new CountDownLatch(1);

  /** Takes SIGINT and SIGTERM from now on. */
  static StopSignal install() {
    var signal = new StopSignal();
    on("INT", signal::ask);
    on("TERM", signal::ask);
    return signal;
  }

  /** Runs an action at each signal of that name, on a thread of its own. */
  static void on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              StopSignal.class.getClassLoader(),
              new Class<?>[] {handler},
              (self, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      Object named = signal.getConstructor(String.class).newInstance(name);
      signal.getMethod("handle", signal, handler).invoke(null, named, proxy);
    } catch (ReflectiveOperationException e) {
      LOG.info("SIG{} is not taken on this machine", name);
    }
  }

  private void ask() {
    if (asked.getCount() == 0) {
      Runtime.getRuntime().halt(EXIT_CODE_SIGNALLED);
    }
    asked.countDown();
  }

  boolean isAsked() {
    return asked.getCount() == 0;
  }

  /** Waits until the process is asked to end. */
  void await() {
    try {
      asked.await();
    } catch (InterruptedException e) {
      // Nobody interrupts the main thread but to end it.
      Thread.currentThread().interrupt();
    }
  }
}
