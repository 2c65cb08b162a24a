;; richards: a simulated operating system: an idle task, a worker, two handlers and two devices pass packets to one another.
;; After Martin Richards' benchmark for BCPL. Tasks and packets are records that are replaced, the system is a map.
(ns bench.richards)

(defrecord Packet [kind link ident datum data])
(defrecord Task [id kind priority queue packet-pending waiting holding state])

(def idle 0) (def worker 1) (def handler-a 2) (def handler-b 3) (def device-a 4) (def device-b 5)
(def data-size 4)

(defn packet [ident kind] (->Packet kind nil ident 0 (vec (repeat data-size 0))))
(defn task [id kind priority queue waiting state] (->Task id kind priority queue (boolean (seq queue)) waiting false state))

(defn system []
  {:tasks [(task idle :idle 0 [] false {:control 1 :count 0})
           (task worker :worker 1000 [(packet worker :work) (packet worker :work)] true {:destination handler-a :count 0})
           (task handler-a :handler 2000 [(packet device-a :device) (packet device-a :device) (packet device-a :device)] true {:work [] :device []})
           (task handler-b :handler 3000 [(packet device-b :device) (packet device-b :device) (packet device-b :device)] true {:work [] :device []})
           (task device-a :device 4000 [] true {:pending nil})
           (task device-b :device 5000 [] true {:pending nil})]
   :queued 0 :held 0})

(defn update-task [sys id f & args] (apply update-in sys [:tasks id] f args))
(defn runnable? [t]
  (and (not (:holding t)) (or (not (:waiting t)) (:packet-pending t))))

(defn send-packet [sys to from p]
  (-> sys
      (update :queued inc)
      (update-task to (fn [t] (assoc t :queue (conj (:queue t) (assoc p :ident from)) :packet-pending true)))))

(defn wait-task [sys id] (update-task sys id assoc :waiting true))
(defn hold [sys id] (-> sys (update :held inc) (update-task id assoc :holding true)))
(defn release [sys id] (update-task sys id assoc :holding false))

(defmulti run (fn [sys t p] (:kind t)))

(defmethod run :idle [sys t _]
  (let [{:keys [control count]} (:state t)
        odd (bit-and control 1)
        control (bit-shift-right control 1)
        control (if (zero? odd) control (bit-xor control 0xd008))]
    (-> sys
        (update-task (:id t) assoc :state {:control control :count (inc count)})
        (release (if (zero? odd) device-a device-b)))))

(defmethod run :worker [sys t p]
  (if (nil? p)
    (wait-task sys (:id t))
    (let [{:keys [destination count]} (:state t)
          destination (if (= destination handler-a) handler-b handler-a)
          [data count] (reduce (fn [[data count] i]
                                 (let [count (if (>= count 26) 1 (inc count))]
                                   [(assoc data i (+ 64 count)) count]))
                               [(:data p) count] (range data-size))]
      (-> sys
          (update-task (:id t) assoc :state {:destination destination :count count})
          (send-packet destination (:id t) (assoc p :data data :datum 0))))))

(defmethod run :handler [sys t p]
  (let [state (:state t)
        state (cond (nil? p) state
                    (= :work (:kind p)) (update state :work conj p)
                    :else (update state :device conj p))
        work (first (:work state))]
    (cond
      (nil? work) (-> sys (update-task (:id t) assoc :state state) (wait-task (:id t)))
      (>= (:datum work) data-size)
      (-> sys
          (update-task (:id t) assoc :state (update state :work subvec 1))
          (send-packet worker (:id t) work))
      (seq (:device state))
      (let [device (first (:device state))
            datum (:datum work)]
        (-> sys
            (update-task (:id t) assoc :state (-> state
                                                   (update :device subvec 1)
                                                   (assoc-in [:work 0 :datum] (inc datum))))
            (send-packet (if (= (:id t) handler-a) device-a device-b) (:id t)
                         (assoc device :datum (nth (:data work) datum)))))
      :else (-> sys (update-task (:id t) assoc :state state) (wait-task (:id t))))))

(defmethod run :device [sys t p]
  (if (nil? p)
    (let [pending (:pending (:state t))]
      (if (nil? pending)
        (wait-task sys (:id t))
        (-> sys
            (update-task (:id t) assoc :state {:pending nil})
            (send-packet (if (= (:id t) device-a) handler-a handler-b) (:id t) pending))))
    (-> sys
        (update-task (:id t) assoc :state {:pending p})
        (hold (:id t)))))

(defn take-packet [sys id]
  (let [t (get-in sys [:tasks id])
        queue (:queue t)]
    (if (and (:waiting t) (seq queue))
      [(update-task sys id assoc :queue (subvec queue 1) :packet-pending (> (count queue) 1) :waiting false) (first queue)]
      [(update-task sys id assoc :waiting false) nil])))

(defn schedule [sys steps]
  (loop [sys sys n 0]
    (if (= n steps)
      sys
      (let [id (loop [i 5] (if (or (zero? i) (runnable? (nth (:tasks sys) i))) i (recur (dec i))))
            [sys p] (take-packet sys id)]
        (recur (run sys (nth (:tasks sys) id) p) (inc n))))))

(defn -main [& args]
  (let [steps (if (seq args) (parse-long (first args)) 300000)
        end (schedule (system) steps)]
    (println "checksum" (+ (* 7 (:queued end)) (:held end) (get-in end [:tasks 0 :state :count])))))
